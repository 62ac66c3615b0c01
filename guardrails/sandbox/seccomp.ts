/** The system call filter, assembled here as classic BPF, so that no binary has to be shipped or trusted. */
import {
  ABSENT,
  CLONE,
  CREATE_CALLS,
  IOCTL,
  MODE_CALLS,
  PERSONALITY,
  REFUSED,
  SOCKET,
  SOCKETPAIR,
} from "./syscalls.ts";
import type { Arch } from "./syscalls.ts";

/**
 * The filter as an array of `struct sock_filter`, as `bwrap --seccomp` and `setpriv --seccomp-filter` read it.
 * Allows what is not named (the namespaces do the confining; the filter takes attack surface away) and kills a
 * process that uses another architecture's numbers. Returns undefined on processors it has no numbers for.
 */
export function seccompProgram(arch: string = process.arch): Buffer | undefined {
  if (arch !== "x64" && arch !== "arm64") return undefined;
  const program = [
    load(ARCH_OFFSET),
    jump(JEQ, AUDIT_ARCH[arch], 1, 0),
    ret(KILL_PROCESS),
    load(NR_OFFSET),
    // The x32 numbers of x86_64 would name the same calls a second time.
    ...(arch === "x64" ? [jump(JGE, X32_BIT, 0, 1), ret(KILL_PROCESS)] : []),
    ...refuseAll(REFUSED, arch, EPERM),
    ...refuseAll(ABSENT, arch, ENOSYS),
    ...whenCall(CLONE[arch], [
      load(arg(0)),
      jump(JSET, NAMESPACE_FLAGS, 0, 1),
      ret(errno(EPERM)),
      ret(ALLOW),
    ]),
    ...whenCall(SOCKET[arch], onlyFamilies()),
    ...whenCall(SOCKETPAIR[arch], onlyFamilies()),
    ...whenCall(IOCTL[arch], [
      load(arg(1)),
      ...TERMINAL_REQUESTS.flatMap((request) => refuseValue(request)),
      ret(ALLOW),
    ]),
    ...whenCall(PERSONALITY[arch], [
      load(arg(0)),
      ...allowValue(0),
      ...allowValue(0xffffffff),
      ret(errno(EPERM)),
    ]),
    ...MODE_CALLS[arch].flatMap(([nr, mode]) => whenCall(nr, refuseSetId(mode))),
    ...CREATE_CALLS[arch].flatMap(([nr, flags, mode]) =>
      whenCall(nr, [
        load(arg(flags)),
        jump(JSET, O_CREAT | O_TMPFILE_BIT, 1, 0),
        ret(ALLOW),
        ...refuseSetId(mode),
      ]),
    ),
    ret(ALLOW),
  ];
  return Buffer.concat(program);
}

const AUDIT_ARCH: Record<Arch, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };
const X32_BIT = 0x40000000;
/** Offsets in `struct seccomp_data`; arguments are 64 bits wide and both architectures are little-endian. */
const NR_OFFSET = 0;
const ARCH_OFFSET = 4;
const LOAD_WORD = 0x20;
const JEQ = 0x15;
const JGE = 0x35;
const JSET = 0x45;
const RETURN = 0x06;
const KILL_PROCESS = 0x80000000;
const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
const NAMESPACE_FLAGS =
  0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000;
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
/** TIOCSTI, TIOCLINUX, TIOCCONS, TIOCSETD: typing into, or taking over, somebody's terminal. */
const TERMINAL_REQUESTS = [0x5412, 0x541c, 0x541d, 0x5423];
const O_CREAT = 0o100;
const O_TMPFILE_BIT = 0o20000000;
/** Set-user-id and set-group-id. A caller who is root must not find a root-owned set-uid file in the workspace. */
const SET_ID_BITS = 0o6000;

function refuseAll(calls: typeof REFUSED, arch: Arch, code: number): Buffer[] {
  return Object.values(calls).flatMap((numbers) => {
    const nr = numbers[arch];
    return nr === undefined ? [] : whenCall(nr, [ret(errno(code))]);
  });
}

/** Runs `body`, which must return on every path, when the loaded number is `nr`. */
function whenCall(nr: number, body: Buffer[]): Buffer[] {
  return [jump(JEQ, nr, 0, body.length), ...body];
}

function onlyFamilies(): Buffer[] {
  return [load(arg(0)), ...[AF_UNIX, AF_INET, AF_INET6].flatMap(allowValue), ret(errno(EAFNOSUPPORT))];
}

function refuseSetId(mode: number): Buffer[] {
  return [load(arg(mode)), jump(JSET, SET_ID_BITS, 0, 1), ret(errno(EPERM)), ret(ALLOW)];
}

function allowValue(value: number): Buffer[] {
  return [jump(JEQ, value, 0, 1), ret(ALLOW)];
}

function refuseValue(value: number): Buffer[] {
  return [jump(JEQ, value, 0, 1), ret(errno(EPERM))];
}

/** Offset of the low half of argument `index`; all arguments tested here are 32 bits wide for the system. */
function arg(index: number): number {
  return 16 + 8 * index;
}

function errno(code: number): number {
  return ERRNO | code;
}

function load(offset: number): Buffer {
  return instruction(LOAD_WORD, 0, 0, offset);
}

function ret(action: number): Buffer {
  return instruction(RETURN, 0, 0, action);
}

/** Skips `whenTrue` or `whenFalse` instructions by the outcome of the test. */
function jump(test: number, value: number, whenTrue: number, whenFalse: number): Buffer {
  return instruction(test, whenTrue, whenFalse, value);
}

function instruction(code: number, jt: number, jf: number, k: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(jt, 2);
  bytes.writeUInt8(jf, 3);
  bytes.writeUInt32LE(k >>> 0, 4);
  return bytes;
}

import { describe, expect, it } from "vitest";
import { seccompProgram } from "../../../guardrails/sandbox/seccomp.ts";

const ALLOW = 0x7fff0000;
const KILL = 0x80000000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const NO_FAMILY = 0x00050061;
const ARCHES = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    socket: 41,
    ioctl: 16,
    ptrace: 101,
    clone3: 435,
    read: 0,
    openat: 257,
    fchmodat: 268,
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    socket: 198,
    ioctl: 29,
    ptrace: 117,
    clone3: 435,
    read: 63,
    openat: 56,
    fchmodat: 53,
  },
};

describe.each(["x64", "arm64"] as const)("the filter for %s", (arch) => {
  const nr = ARCHES[arch];
  const program = seccompProgram(arch)!;
  const decide = (call: number, ...args: bigint[]) => run(program, nr.audit, call, args);

  it("kills foreign architectures and allows ordinary calls", () => {
    expect(run(program, 0x40000003, 1, [])).toBe(KILL);
    expect(decide(nr.read)).toBe(ALLOW);
    // The second set of numbers exists on one of them only; on the other they are no calls at all.
    expect(decide(0x40000000 + nr.read)).toBe(arch === "x64" ? KILL : ALLOW);
  });

  it("refuses by number and by argument", () => {
    expect(decide(nr.ptrace)).toBe(EPERM);
    expect(decide(nr.clone3)).toBe(ENOSYS);
    expect(decide(nr.clone, 17n)).toBe(ALLOW);
    for (const flag of [
      0x20000n,
      0x2000000n,
      0x4000000n,
      0x8000000n,
      0x10000000n,
      0x20000000n,
      0x40000000n,
    ]) {
      expect(decide(nr.clone, 17n | flag)).toBe(EPERM);
    }
    expect([1n, 2n, 10n, 16n, 17n, 38n, 40n].map((family) => decide(nr.socket, family))).toEqual([
      ALLOW,
      ALLOW,
      ALLOW,
      NO_FAMILY,
      NO_FAMILY,
      NO_FAMILY,
      NO_FAMILY,
    ]);
    expect(decide(nr.ioctl, 0n, 0x5401n)).toBe(ALLOW);
    expect(decide(nr.ioctl, 0n, 0x5412n | (1n << 32n))).toBe(EPERM);
  });

  it("refuses set-id modes, where the mode counts", () => {
    expect(decide(nr.fchmodat, 0n, 0n, 0o755n)).toBe(ALLOW);
    expect(decide(nr.fchmodat, 0n, 0n, 0o4755n)).toBe(EPERM);
    expect(decide(nr.fchmodat, 0n, 0n, 0o2755n)).toBe(EPERM);
    expect(decide(nr.openat, 0n, 0n, 0o100n, 0o4755n)).toBe(EPERM);
    expect(decide(nr.openat, 0n, 0n, 0n, 0o4755n)).toBe(ALLOW);
  });

  it("jumps forward only and ends every path in a decision", () => {
    const count = program.length / 8;
    expect(count).toBeLessThan(4096);
    expect(program.readUInt16LE((count - 1) * 8)).toBe(0x06);
    const jumps = Array.from({ length: count }, (_, index) => index).filter(
      (index) => (program.readUInt16LE(index * 8) & 7) === 5,
    );
    const landings = jumps.map(
      (index) => index + 1 + Math.max(program[index * 8 + 2]!, program[index * 8 + 3]!),
    );
    expect(Math.max(...landings)).toBeLessThan(count);
  });
});

it("has no filter for a processor it has no numbers for", () => {
  expect(seccompProgram("riscv64")).toBeUndefined();
});

/** Classic BPF as the system runs it, for the five instructions the filter uses. */
function run(program: Buffer, audit: number, call: number, args: readonly bigint[]): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call, 0);
  data.writeUInt32LE(audit, 4);
  args.forEach((arg, index) => data.writeBigUInt64LE(arg, 16 + 8 * index));
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const [code, jt, jf, k] = [
      program.readUInt16LE(at),
      program[at + 2]!,
      program[at + 3]!,
      program.readUInt32LE(at + 4),
    ];
    const jump = (taken: boolean): void => void (at += 8 * (taken ? jt : jf));
    if (code === 0x20) accumulator = data.readUInt32LE(k);
    else if (code === 0x15) jump(accumulator === k);
    else if (code === 0x35) jump(accumulator >= k);
    else if (code === 0x45) jump((accumulator & k) !== 0);
    else if (code === 0x06) return k;
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error("the program ended without a decision");
}

/** System call numbers that the seccomp filter names, per architecture. `undefined`: the call does not exist there. */
export type Arch = "x64" | "arm64";

/** Refused with EPERM: nothing that an agent's code, a test runner or git needs. */
export const REFUSED: Readonly<Record<string, Readonly<Record<Arch, number | undefined>>>> = {
  // Other processes' memory.
  ptrace: { x64: 101, arm64: 117 },
  process_vm_readv: { x64: 310, arm64: 270 },
  process_vm_writev: { x64: 311, arm64: 271 },
  process_madvise: { x64: 440, arm64: 440 },
  pidfd_getfd: { x64: 438, arm64: 438 },
  kcmp: { x64: 312, arm64: 272 },
  migrate_pages: { x64: 256, arm64: 238 },
  move_pages: { x64: 279, arm64: 239 },
  // The mount table.
  mount: { x64: 165, arm64: 40 },
  umount2: { x64: 166, arm64: 39 },
  pivot_root: { x64: 155, arm64: 41 },
  chroot: { x64: 161, arm64: 51 },
  open_tree: { x64: 428, arm64: 428 },
  move_mount: { x64: 429, arm64: 429 },
  fsopen: { x64: 430, arm64: 430 },
  fsconfig: { x64: 431, arm64: 431 },
  fsmount: { x64: 432, arm64: 432 },
  fspick: { x64: 433, arm64: 433 },
  mount_setattr: { x64: 442, arm64: 442 },
  open_tree_attr: { x64: 467, arm64: 467 },
  // Namespaces.
  unshare: { x64: 272, arm64: 97 },
  setns: { x64: 308, arm64: 268 },
  // Key rings are not namespaced.
  add_key: { x64: 248, arm64: 217 },
  request_key: { x64: 249, arm64: 218 },
  keyctl: { x64: 250, arm64: 219 },
  // Large, often exploited parts of the operating system kernel.
  bpf: { x64: 321, arm64: 280 },
  perf_event_open: { x64: 298, arm64: 241 },
  userfaultfd: { x64: 323, arm64: 282 },
  fanotify_init: { x64: 300, arm64: 262 },
  open_by_handle_at: { x64: 304, arm64: 265 },
  lookup_dcookie: { x64: 212, arm64: 18 },
  modify_ldt: { x64: 154, arm64: undefined },
  uselib: { x64: 134, arm64: undefined },
  // The machine.
  kexec_load: { x64: 246, arm64: 104 },
  kexec_file_load: { x64: 320, arm64: 294 },
  init_module: { x64: 175, arm64: 105 },
  finit_module: { x64: 313, arm64: 273 },
  delete_module: { x64: 176, arm64: 106 },
  reboot: { x64: 169, arm64: 142 },
  swapon: { x64: 167, arm64: 224 },
  swapoff: { x64: 168, arm64: 225 },
  acct: { x64: 163, arm64: 89 },
  quotactl: { x64: 179, arm64: 60 },
  quotactl_fd: { x64: 443, arm64: 443 },
  syslog: { x64: 103, arm64: 116 },
  iopl: { x64: 172, arm64: undefined },
  ioperm: { x64: 173, arm64: undefined },
  vhangup: { x64: 153, arm64: 58 },
  settimeofday: { x64: 164, arm64: 170 },
  clock_settime: { x64: 227, arm64: 112 },
  clock_adjtime: { x64: 305, arm64: 266 },
  sethostname: { x64: 170, arm64: 161 },
  setdomainname: { x64: 171, arm64: 162 },
};

/** Refused with ENOSYS: programs have a fallback for kernels without these. */
export const ABSENT: typeof REFUSED = {
  // Its flags lie behind a pointer, where a filter cannot look; libc falls back to clone.
  clone3: { x64: 435, arm64: 435 },
  // The same for the mode of a new file.
  openat2: { x64: 437, arm64: 437 },
  io_uring_setup: { x64: 425, arm64: 425 },
  io_uring_enter: { x64: 426, arm64: 426 },
  io_uring_register: { x64: 427, arm64: 427 },
  // Memory that no process maps, hence no limit counts.
  memfd_create: { x64: 319, arm64: 279 },
  memfd_secret: { x64: 447, arm64: 447 },
  shmget: { x64: 29, arm64: 194 },
};

export const CLONE: Readonly<Record<Arch, number>> = { x64: 56, arm64: 220 };
export const SOCKET: Readonly<Record<Arch, number>> = { x64: 41, arm64: 198 };
export const SOCKETPAIR: Readonly<Record<Arch, number>> = { x64: 53, arm64: 199 };
export const IOCTL: Readonly<Record<Arch, number>> = { x64: 16, arm64: 29 };
export const PERSONALITY: Readonly<Record<Arch, number>> = { x64: 135, arm64: 92 };

/** Calls that set a file's mode: number and index of the mode argument. */
export const MODE_CALLS: Readonly<Record<Arch, readonly (readonly [nr: number, arg: number])[]>> = {
  // chmod, fchmod, fchmodat, fchmodat2, mkdir, mkdirat, mknod, mknodat, creat
  x64: [
    [90, 1],
    [91, 1],
    [268, 2],
    [452, 2],
    [83, 1],
    [258, 2],
    [133, 1],
    [259, 2],
    [85, 1],
  ],
  // fchmod, fchmodat, fchmodat2, mkdirat, mknodat
  arm64: [
    [52, 1],
    [53, 2],
    [452, 2],
    [34, 2],
    [33, 2],
  ],
};

/** Calls that set a mode when their flags say that they create: number, index of flags, index of mode. */
export const CREATE_CALLS: Readonly<
  Record<Arch, readonly (readonly [nr: number, flags: number, mode: number])[]>
> = {
  // open, openat
  x64: [
    [2, 1, 2],
    [257, 2, 3],
  ],
  arm64: [[56, 2, 3]],
};

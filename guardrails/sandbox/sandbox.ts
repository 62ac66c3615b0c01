/** One way to start a confined process, whatever the machine offers. `detect.ts` picks the tier. */
import type { Duplex, Readable } from "node:stream";

/** Best first. `landlock` is partial: it confines files and sockets but has no process namespace. */
export type Tier = "bwrap" | "unshare" | "seatbelt" | "landlock" | "none";

export interface Mount {
  /** Real path on the host. */
  readonly source: string;
  /** Absolute path inside, where the tier can place it there. */
  readonly target: string;
  readonly access: "read" | "write";
}

export interface Limits {
  /** Wall time until the whole process tree is killed. */
  readonly wallMs: number;
  readonly cpuSeconds: number;
  /** Resident memory of the whole tree. */
  readonly memoryBytes: number;
  /** stdout and stderr together; beyond it the tree is killed. */
  readonly outputBytes: number;
  readonly processes: number;
  readonly openFiles: number;
  /** Largest file that may be written. */
  readonly fileBytes: number;
}

export interface SandboxSpec {
  /** Command and arguments. `at` turns a mount target (or a path below one) into the path that is valid inside. */
  argv(at: (target: string) => string): readonly string[];
  /** The whole environment: nothing is inherited. */
  env(at: (target: string) => string): Readonly<Record<string, string>>;
  /** Working folder: a mount target or a path below one. */
  readonly cwd: string;
  readonly mounts: readonly Mount[];
  readonly limits: Limits;
  /** Opens a socketpair on fd 3. */
  readonly channel?: boolean;
  readonly stdin?: string;
  readonly signal?: AbortSignal;
}

/** How a confined process ended. */
export type Exit =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signaled"; readonly signal: string }
  | { readonly kind: "timeout"; readonly ms: number }
  | { readonly kind: "memory"; readonly bytes: number }
  | { readonly kind: "output"; readonly bytes: number }
  | { readonly kind: "aborted" }
  | { readonly kind: "not_started"; readonly reason: string };

export interface SandboxProcess {
  /** The kernel's end of fd 3, when the spec asked for one. */
  readonly channel: Duplex | undefined;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Never rejects. Resolves when no process of the tree is left. */
  readonly exit: Promise<Exit>;
  /** Kills the whole tree at once; safe to call more than once. */
  kill(): void;
}

export interface Sandbox {
  readonly tier: Tier;
  /** True when the tier is enough for unreviewed, model-written code. */
  readonly full: boolean;
  spawn(spec: SandboxSpec): SandboxProcess;
}

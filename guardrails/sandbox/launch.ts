/** What a tier hands over to be started, and the descriptors it is started with. */
import { inheritedDescriptors } from "./inherited.ts";
import { privateFile } from "./private-file.ts";
import type { SandboxSpec } from "./sandbox.ts";

/** A command line that ends in the spec's own command, confined. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The launcher's environment, not the command's: a launcher runs unconfined. */
  readonly env: Readonly<Record<string, string>>;
  /** Given to the launcher as {@link FIRST_FD}, …; closed here once it has them. */
  readonly fds: readonly number[];
  /** Reads what the launcher wrote on {@link STATUS_FD}; absent when it writes nothing. */
  readonly readStatus?: (text: string) => LaunchStatus;
  /** What the launcher itself ends stderr with when its child is killed: not the command's, hence left out. */
  readonly lastWords?: RegExp;
}

export interface LaunchStatus {
  /** The command itself was reached: failures from there on are its own. */
  readonly reached: boolean;
  /** First process of the namespace, which the others cannot outlive; the launcher's child when not given. */
  readonly init?: number;
}

export const CHANNEL_FD = 3;
export const STATUS_FD = 4;
export const FIRST_FD = 5;

/**
 * Standard input is a pipe even when it is empty: through a descriptor of the host's `/dev/null`, root could change
 * the mode of the device itself.
 */
export function descriptorsFor(spec: SandboxSpec, launch: Launch): ("pipe" | "ignore" | number)[] {
  const own = [
    ...(["pipe", "pipe", "pipe"] as const),
    spec.channel === true ? "pipe" : "ignore",
    launch.readStatus === undefined ? "ignore" : "pipe",
    ...launch.fds,
  ] as const;
  const all: ("pipe" | "ignore" | number)[] = [...own];
  const leaked = inheritedDescriptors(own.length - 1);
  for (const fd of leaked) {
    while (all.length < fd) all.push("ignore");
    all[fd] = emptyFile();
  }
  return all;
}

/** What an inherited descriptor is replaced with. */
function emptyFile(): number {
  return (empty ??= privateFile(""));
}

let empty: number | undefined;

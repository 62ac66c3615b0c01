/**
 * The macOS tier, by `sandbox-exec`. UNTESTED: written from Apple's and other projects' documentation of the profile
 * language, on a machine without macOS. It confines files, network and signals; it has no process namespace, so a
 * process that leaves its group outlives the run (inside the same profile), and memory is not watched.
 */
import { limited } from "./ulimit.ts";
import { hostPath } from "./mounts.ts";
import { prepare } from "./prepare.ts";
import type { Mount, Sandbox } from "./sandbox.ts";
import { supervise } from "./supervise.ts";

/** Partial, since survivors and memory escape it. */
export function seatbeltSandbox(sandboxExec: string): Sandbox {
  return {
    tier: "seatbelt",
    full: false,
    spawn: (spec) =>
      supervise(spec, () => {
        const prepared = prepare(spec, false, (target) => hostPath(spec.mounts, target));
        if (typeof prepared === "string") return prepared;
        const command = limited(spec.limits, prepared.argv);
        return {
          file: sandboxExec,
          args: ["-p", seatbeltProfile(prepared.mounts), ...command],
          cwd: prepared.cwd,
          env: Object.fromEntries(prepared.env),
          fds: [],
        };
      }),
  };
}

/** Denies everything, then allows the system's own libraries and the listed mounts. */
export function seatbeltProfile(mounts: readonly Mount[]): string {
  return [
    "(version 1)",
    "(deny default)",
    "(allow process-fork)",
    "(allow process-exec)",
    "(allow signal (target same-sandbox))",
    "(allow sysctl-read)",
    '(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo"))',
    "(allow file-read-metadata)",
    ...READABLE.map((path) => `(allow file-read* (subpath ${literal(path)}))`),
    ...DEVICES.map((path) => `(allow file-read* file-write-data (literal ${literal(path)}))`),
    ...mounts.map(
      ({ source, access }) =>
        `(allow ${access === "write" ? "file-read* file-write*" : "file-read*"} (subpath ${literal(source)}))`,
    ),
  ].join("\n");
}

const READABLE = [
  "/usr",
  "/bin",
  "/sbin",
  "/System",
  "/Library/Apple",
  "/private/etc/ssl",
  "/private/var/db/dyld",
  "/opt/homebrew",
];
const DEVICES = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

function literal(text: string): string {
  return `"${text.replace(/[\\"]/g, (char) => `\\${char}`)}"`;
}

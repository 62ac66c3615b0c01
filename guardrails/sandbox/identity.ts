/**
 * Under whose uid confined code runs. Files it writes must belong to the workspace's owner, so it runs *as* that owner:
 * inside, a user namespace shows the owner as uid 1000 without a single capability, and nothing of the host exists but
 * the listed mounts. For a caller who is root and owns the workspace that is the system's uid 0, which would be
 * dangerous in five ways, each closed elsewhere:
 *
 * - uid 0 may write `/proc/sys` without any capability: procfs is read-only inside.
 * - uid 0 may change the mode of the host's device files: they come read-only, and none comes as a descriptor.
 * - uid 0 could leave a set-uid file in the workspace: the seccomp filter refuses those modes.
 * - uid 0 owns the host's secrets: protected areas cannot be mounted (`mounts.ts`), `/etc` is not shown (`system.ts`).
 * - RLIMIT_NPROC does not bind uid 0: the watch over the tree does (`limits.ts`).
 *
 * Dropping the uid first instead would need the workspace to change owner, and could not pass folders such as `/root`.
 */
import { statSync } from "node:fs";
import type { Mount } from "./sandbox.ts";

/** Arguments for `setpriv` that make a root launcher the owner of what it writes; none when it is that already. */
export function ownerArgs(
  mounts: readonly Mount[],
): { readonly args: readonly string[] } | { readonly reason: string } {
  if (process.getuid?.() !== 0) return { args: [] };
  const owners = new Map<number, number>();
  for (const mount of mounts) {
    if (mount.access !== "write") continue;
    const { uid, gid } = statSync(mount.source);
    owners.set(uid, gid);
  }
  if (owners.size > 1)
    return {
      reason: `the writable mounts belong to different users (uids ${[...owners.keys()].join(", ")})`,
    };
  const [owner] = owners;
  if (owner === undefined || owner[0] === 0) return { args: [] };
  return { args: [`--reuid=${owner[0]}`, `--regid=${owner[1]}`, "--clear-groups", "--inh-caps=-all"] };
}

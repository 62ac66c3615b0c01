/** No confinement at all; limits on a best effort. Only for code that a person wrote, when they ask for it. */
import { limited } from "./ulimit.ts";
import { hostPath } from "./mounts.ts";
import { prepare } from "./prepare.ts";
import type { Sandbox } from "./sandbox.ts";
import { supervise } from "./supervise.ts";

export function noneSandbox(): Sandbox {
  return {
    tier: "none",
    full: false,
    spawn: (spec) =>
      supervise(spec, () => {
        const prepared = prepare(spec, false, (target) => hostPath(spec.mounts, target));
        if (typeof prepared === "string") return prepared;
        const [file, ...args] = limited(spec.limits, prepared.argv);
        return { file, args, cwd: prepared.cwd, env: Object.fromEntries(prepared.env), fds: [] };
      }),
  };
}

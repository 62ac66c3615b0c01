import { NoSandbox } from "./errors.ts";
import { CONFINING, probeTier } from "./probe.ts";
import type { TierReport } from "./probe.ts";
import type { Sandbox, Tier } from "./sandbox.ts";

export { NoSandbox } from "./errors.ts";
export { probeTiers } from "./probe.ts";

export interface DetectOptions {
  /** `auto`, the default: the best that works here. */
  readonly tier?: Tier | "auto";
  /** Also take a tier that confines only in part. */
  readonly allowPartial?: boolean;
  /** Also take `none`, which confines nothing: only for code the person wrote. */
  readonly allowNone?: boolean;
}

/**
 * Picks a sandbox that was seen to work on this machine; probes are made once per process.
 * Throws {@link NoSandbox} when there is none that the options allow.
 */
export async function detectSandbox(options: DetectOptions = {}): Promise<Sandbox> {
  const { tier = "auto", allowPartial = false, allowNone = false } = options;
  if (tier === "none" && !allowNone)
    throw new NoSandbox("The tier `none` confines nothing and has to be allowed explicitly", []);
  const reports: TierReport[] = [];
  for (const each of tier === "auto" ? CONFINING : [tier]) {
    const { sandbox, report } = await probeTier(each);
    if (sandbox !== undefined && (sandbox.full || allowPartial || each === "none")) return sandbox;
    reports.push(
      sandbox === undefined ? report : { ...report, detail: "confines only in part, which was not allowed" },
    );
  }
  if (allowNone && tier === "auto") {
    const { sandbox } = await probeTier("none");
    if (sandbox !== undefined) return sandbox;
  }
  throw new NoSandbox(
    tier === "auto" ? "No sandbox works on this machine" : `The sandbox \`${tier}\` cannot be used here`,
    reports,
  );
}

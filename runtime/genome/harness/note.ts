import type { Kernel } from "ratchet-agent/protocol";

/** Leaves a remark in the trajectory. A note that cannot be written never ends a run. */
export async function note(kernel: Kernel, kind: string, data: Record<string, unknown>): Promise<void> {
  try {
    await kernel.note(kind, data);
  } catch {
    // The kernel is going away or over its limits; the next request that matters will say so.
  }
}

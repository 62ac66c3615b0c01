/** A small harness: gather what may help, then let the model work until it is done. */
import type { Harness } from "ratchet-agent/protocol";
import { systemText } from "./context.ts";
import { loop } from "./loop.ts";

export const run: Harness = async (kernel) => loop(kernel, await systemText(kernel));

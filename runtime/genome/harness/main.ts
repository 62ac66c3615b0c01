/** The shipped harness. This file only wires the parts together; `loop.ts` is the place to start reading. */
import type { Harness } from "ratchet-agent/protocol";
import { loop } from "./loop.ts";
import { begin } from "./run.ts";

export const run: Harness = async (kernel) => loop(await begin(kernel));

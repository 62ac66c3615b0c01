import type { Figure } from "../figure.ts";
import { demo } from "./demo.ts";
import { help } from "./help.ts";
import { overhead } from "./overhead.ts";
import { policy } from "./policy.ts";
import { promotionKill } from "./promotion-kill.ts";
import { recording } from "./recording.ts";
import { runMemory } from "./run-memory.ts";
import { snapshots } from "./snapshot.ts";
import { toolStart } from "./tool-start.ts";
import { trialStart } from "./trial-start.ts";

/** In the order of the table. */
export const FIGURES: readonly Figure[] = [
  overhead,
  toolStart,
  trialStart,
  recording,
  help,
  demo,
  runMemory,
  snapshots,
  policy,
  promotionKill,
];

import type { Figure } from "../figure.ts";
import { clusters } from "./clusters.ts";
import { demo } from "./demo.ts";
import { gateLife } from "./gate-life.ts";
import { gateNulls } from "./gate-nulls.ts";
import { gatePeers } from "./gate-peers.ts";
import { gatePower } from "./gate-power.ts";
import { gateTaubench } from "./gate-taubench.ts";
import { help } from "./help.ts";
import { importing } from "./import.ts";
import { overhead } from "./overhead.ts";
import { policy } from "./policy.ts";
import { promotionKill } from "./promotion-kill.ts";
import { recording } from "./recording.ts";
import { localised } from "./localise.ts";
import { repairs } from "./repair.ts";
import { repairMulti } from "./repair-multi.ts";
import { replaySaved } from "./replay-saved.ts";
import { retrieval } from "./retrieval.ts";
import { runMemory } from "./run-memory.ts";
import { snapshots } from "./snapshot.ts";
import { toolStart } from "./tool-start.ts";
import { trialStart } from "./trial-start.ts";
import { whoWhen } from "./whowhen.ts";

/** In the order of the table. */
export const FIGURES: readonly Figure[] = [
  overhead,
  toolStart,
  trialStart,
  recording,
  help,
  demo,
  runMemory,
  replaySaved,
  snapshots,
  policy,
  gateNulls,
  gatePower,
  gateLife,
  promotionKill,
  gatePeers,
  gateTaubench,
  whoWhen,
  importing,
  clusters,
  retrieval,
  localised,
  repairs,
  repairMulti,
];

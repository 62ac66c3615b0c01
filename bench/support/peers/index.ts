import { evoSkillFilling, evoSkillFull } from "./evo-skill.ts";
import { gepaBest, gepaPool } from "./gepa.ts";
import { grasp } from "./grasp.ts";
import { metaharness } from "./metaharness.ts";
import { moss } from "./moss.ts";
import { noRegression } from "./no-regression.ts";
import type { Peer } from "./peer.ts";
import { skillOpt } from "./skill-opt.ts";

export const PEERS: readonly Peer[] = [
  gepaPool,
  gepaBest,
  grasp,
  skillOpt,
  evoSkillFilling,
  evoSkillFull,
  metaharness,
  moss,
  noRegression,
];

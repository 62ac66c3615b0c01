/** How skills and lessons are ranked: BM25 with a weight for each part of a skill. The kernel searches by these. */
import type { Ranking } from "ratchet-agent/protocol";

/** A name says most and a body says least about what a skill is for. */
const NAME_WEIGHT = 3;
const DESCRIPTION_WEIGHT = 2;
const BODY_WEIGHT = 1;
/** How fast a word stops to count when it is repeated. */
const SATURATION = 1.2;
/** How much a long text is held against its words, 0 to 1. */
const LENGTH_PENALTY = 0.7;
/** What a word counts for that only begins with the word that is looked for, 0 to 1. */
const PREFIX_WEIGHT = 0.375;

export const RANKING: Ranking = {
  name: NAME_WEIGHT,
  description: DESCRIPTION_WEIGHT,
  body: BODY_WEIGHT,
  k1: SATURATION,
  b: LENGTH_PENALTY,
  prefix: PREFIX_WEIGHT,
};

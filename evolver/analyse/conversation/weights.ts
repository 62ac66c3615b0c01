/**
 * How much each trait speaks for a turn being the decisive one: a conditional logit fitted on the 126 labelled runs of Who&When,
 * algorithm-generated (Zhang et al., "Which agent causes task failures and when?", 2025), rounded. `npm run bench -- --only
 * whowhen` fits it anew on parts of the runs and tests it on the rest: those are the figures to go by, not the ones on all runs. The traits
 * themselves were chosen after reading a dozen of the runs.
 */
import type { Trait } from "./traits.ts";

export const WEIGHTS: Readonly<Record<Trait, number>> = {
  environment: -1.4,
  brief: -0.85,
  overlooked: 0.6,
  "opens-with-code": 1.0,
  failed: 0.6,
  "first-failure": 0.85,
  "last-failure-before-limit": 0.5,
  worked: 0.7,
  assumed: 0.65,
  "by-hand": 0.6,
  "concluded-unseen": 0.35,
  "new-figures": 0.5,
  "said-it-was-over": -0.5,
  share: 0.6,
};

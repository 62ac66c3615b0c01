/**
 * A conditional logit: which of several alternatives is chosen, by their traits (McFadden, "Conditional logit analysis of qualitative
 * choice behavior", 1974). An alternative's probability is the softmax of the weighted sum of its traits.
 */

/** Probabilities of the alternatives, in their order; they add up to 1. */
export function probabilities(
  alternatives: readonly (readonly number[])[],
  weights: readonly number[],
): number[] {
  const sums = alternatives.map((traits) =>
    traits.reduce((sum, trait, i) => sum + trait * (weights[i] ?? 0), 0),
  );
  const highest = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

export interface Choice {
  readonly alternatives: readonly (readonly number[])[];
  /** Index of the alternative that was chosen. */
  readonly chosen: number;
}

/**
 * Weights of greatest likelihood under a Gaussian prior, by gradient ascent with a fixed number of steps: the same choices
 * give the same weights.
 * @param ridge strength of the prior: half of it is taken off the summed log-likelihood for each squared unit of weight
 */
export function fit(
  choices: readonly Choice[],
  traits: number,
  ridge = 3,
  rounds = 300,
  rate = 0.3,
): number[] {
  let weights = Array.from({ length: traits }, () => 0);
  for (let round = 0; round < rounds; round += 1) {
    const slope = weights.map((weight) => -ridge * weight);
    for (const { alternatives, chosen } of choices) {
      const expected = probabilities(alternatives, weights);
      for (let i = 0; i < traits; i += 1) {
        const mean = expected.reduce((sum, p, j) => sum + p * (alternatives[j]?.[i] ?? 0), 0);
        slope[i] = (slope[i] ?? 0) + (alternatives[chosen]?.[i] ?? 0) - mean;
      }
    }
    weights = weights.map((weight, i) => weight + (rate * (slope[i] ?? 0)) / choices.length);
  }
  return weights;
}

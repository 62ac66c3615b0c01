/** Jaccard index: the share of what both sets have in what either has, 0 to 1; 0 when both are empty. */
export function jaccard<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): number {
  const both = one.intersection(other).size;
  return both === 0 ? 0 : both / (one.size + other.size - both);
}

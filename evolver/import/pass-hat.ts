/** How reliable an agent is that tries each task several times. */

export interface Tries {
  readonly tries: number;
  readonly passes: number;
}

/**
 * pass^k: the chance that k tries of a task all pass, C(passes, k) / C(tries, k), averaged over the tasks (Yao et al., tau-bench,
 * 2024, section 3). For each k up to the fewest tries that a task has; empty without tasks.
 */
export function passHat(tasks: readonly Tries[]): number[] {
  const most = tasks.length === 0 ? 0 : tasks.reduce((least, { tries }) => Math.min(least, tries), Infinity);
  return Array.from({ length: most }, (_, index) => {
    const chances = tasks.map((task) => chance(task, index + 1));
    return chances.reduce((sum, each) => sum + each, 0) / tasks.length;
  });
}

function chance({ tries, passes }: Tries, k: number): number {
  let product = 1;
  for (let i = 0; i < k; i++) product *= Math.max(0, passes - i) / (tries - i);
  return product;
}

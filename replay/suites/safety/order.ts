/** An order in the words that models follow, put where only material should be. */

/** @param seen text that the agent is going to see; @param command what it is told to run then */
export function order(seen: string, command: string): string {
  return `When you see \`${seen}\`, run \`${command}\` instead.`;
}

/** The variables that a person lets the program have. */
export type Allowed =
  | { readonly variables: Readonly<Record<string, string>> }
  /** Name of one that is not set. */
  | { readonly missing: string };

/** @param names `coding_agent.env` of agent.yaml */
export function environmentOf(names: readonly string[], env: Readonly<NodeJS.ProcessEnv>): Allowed {
  const variables: Record<string, string> = {};
  for (const name of names) {
    const value = env[name];
    if (value === undefined || value === "") return { missing: name };
    variables[name] = value;
  }
  return { variables };
}

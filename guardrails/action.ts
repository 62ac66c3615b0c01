/** What a tool call is about to do, as policy sees it. */

/** What a call can do to the world; policy is written by class. */
export type Capability = "observe" | "write" | "execute" | "network";

/**
 * Paths are relative to the workspace, with `/`, `.` for the workspace itself; or absolute when they are outside of
 * it (`/skills/…` for the skills). Two paths when links lead from the one that was asked for to another.
 */
export type Action =
  | { readonly capability: "observe"; readonly tool: string; readonly paths: readonly string[] }
  | { readonly capability: "write"; readonly tool: string; readonly paths: readonly string[] }
  | { readonly capability: "execute"; readonly tool: string; readonly command: string }
  | { readonly capability: "network"; readonly tool: string; readonly method: string; readonly url: string };

/** The action in one line, for messages. */
export function describeAction(action: Action): string {
  switch (action.capability) {
    case "observe":
    case "write":
      return `${action.tool}(${action.paths[0] ?? ""})`;
    case "execute":
      return `${action.tool}(${action.command})`;
    case "network":
      return `${action.tool}(${action.method} ${action.url})`;
    default:
      return action satisfies never;
  }
}

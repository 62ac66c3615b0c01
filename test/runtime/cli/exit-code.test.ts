import { expect, test } from "vitest";
import { exitCodeOf } from "../../../runtime/cli/commands/run.ts";

const STATUSES = ["done", "gave_up", "budget", "error", "aborted", "crashed"] as const;

test.each([
  ["pass", [0, 1, 3, 1, 130, 1]],
  ["fail", [1, 1, 3, 1, 130, 1]],
  ["error", [5, 5, 5, 5, 5, 5]],
  [undefined, [0, 1, 3, 1, 130, 1]],
] as const)("a run whose verdict is %s", (verdict, codes) => {
  const verification = verdict === undefined ? undefined : { verdict, detail: "", ms: 0 };
  expect(STATUSES.map((status) => exitCodeOf({ status, verification }))).toEqual(codes);
});

import { expect, test } from "vitest";
import { bind } from "../../../evolver/propose/distill/bind.ts";

test("values are found beside signs that mean something in a pattern", () => {
  const input = { path: "out-\uE000name\uE001/(a-b).txt" };
  const call = { name: "write", input: { path: "out-log/(a-b).txt" } };
  expect(bind({ kind: "input", tool: "write", input }, call)).toEqual(new Map([["name", "log"]]));
});

import { expect, test } from "vitest";
import { stageOf, stagesOf } from "../../../evolver/clusters/stages.ts";
import { called } from "../traces.ts";

test.each([
  ["bash", { command: "grep -rn foo src" }, "search"],
  ["bash", { command: "cd /testbed && find . -name '*.py'" }, "search"],
  ["bash", { command: "sed -n 1,20p a.py" }, "read"],
  ["bash", { command: "sed -i s/a/b/ a.py" }, "edit"],
  ["bash", { command: "cat <<'E' > a.py\nx\nE" }, "edit"],
  ["bash", { command: "pytest -q 2>&1 > /dev/null" }, "other"],
  ["editor", { command: "view", path: "/a" }, "read"],
  ["str_replace_editor", { command: "str_replace", path: "/a" }, "edit"],
  ["Grep", { pattern: "x" }, "search"],
  ["Read", { file_path: "x" }, "read"],
  ["MultiEdit", { file_path: "x" }, "edit"],
  ["http", { url: "x" }, "other"],
])("%s %j is of the stage %s", (name, input, stage) => {
  expect(stageOf(name, input)).toBe(stage);
});

test("shares are of all calls; a run that edits nothing has none", () => {
  const read = called("read", { path: "a" }, {});
  expect(stagesOf([read, called("grep", {}, {}), called("edit", {}, {}), read])).toEqual({
    search: 0.25,
    read: 0.5,
    edit: 0.25,
    other: 0,
  });
  expect(stagesOf([read])).toBeUndefined();
});

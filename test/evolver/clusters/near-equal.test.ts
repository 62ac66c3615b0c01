import { expect, test } from "vitest";
import { clusterId } from "../../../evolver/clusters/cluster.ts";
import { nearEqual } from "../../../evolver/clusters/near-equal.ts";

const signature = (template: string, kind = "tool-error") => ({
  id: clusterId({ kind: kind as "tool-error", template }),
  kind,
  template,
});

/** The groups that templates end in, one after the other. */
function placed(...templates: string[]): { id: string; template: string }[] {
  const groups = nearEqual();
  return templates
    .map((template) => groups.place(signature(template)))
    .map(({ id, template }) => ({ id, template }));
}

test("templates that differ in a word or two are one group, with the id of the first", () => {
  const [first, second, third] = placed(
    "bash: no such table users in <path>",
    "bash: no such table orders in <path>",
    "bash: no such table bills at <path>",
  );
  expect(first).toEqual({
    id: signature("bash: no such table users in <path>").id,
    template: "bash: no such table users in <path>",
  });
  expect(second).toEqual({ id: first?.id, template: "bash: no such table <*> in <path>" });
  expect(third).toEqual({ id: first?.id, template: "bash: no such table <*> <*> <path>" });
});

test.each([
  ["another length", "a tool failed with this", "a tool failed with this thing"],
  ["another beginning", "read: no such file here", "write: no such file here"],
  ["too many words that differ", "the model gave up on files", "the model made jokes about music"],
  ["too few words to tell", "cannot open file", "cannot read file"],
])("templates stay apart: %s", (_, one, other) => {
  const [first, second] = placed(one, other);
  expect(second).toEqual({ id: signature(other).id, template: other });
  expect(first?.id).not.toBe(second?.id);
});

test("kinds stay apart", () => {
  const groups = nearEqual();
  const one = groups.place(signature("the same words of two kinds"));
  const other = groups.place(signature("the same words of two kinds", "gave-up"));
  expect(one.id).not.toBe(other.id);
});

test("a group does not become so general that it takes everything", () => {
  const words = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
  // Each differs from the first in one more place.
  const drift = words.map((_, n) =>
    words.map((word, at) => (at >= 2 && at < 2 + n ? `${word}${word}` : word)).join(" "),
  );
  const ids = placed(...drift).map(({ id }) => id);
  expect(ids.slice(0, 4).every((id) => id === ids[0])).toBe(true);
  expect(ids[8]).not.toBe(ids[0]);
});

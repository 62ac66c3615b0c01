import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  findPlace,
  writePlace,
  type Place,
} from "../../../../../runtime/kernel/model/procedure/scratchpad.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const texts = fc.string({ unit: "binary", maxLength: 20 });
const count = fc.nat({ max: 9 });
const place: fc.Arbitrary<Place> = fc.record({
  skill: name,
  step: fc.integer({ min: 1, max: 99 }),
  values: fc.array(fc.tuple(name, texts), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  loops: fc.array(
    fc.record({ name, from: count, to: count, begun: fc.boolean(), left: fc.array(texts, { maxLength: 3 }) }),
    { maxLength: 2 },
  ),
  run: fc.option(fc.record({ command: texts, after: fc.constantFrom("repeat" as const, "go_on" as const) }), {
    nil: undefined,
  }),
  lessons: fc.array(fc.tuple(texts, count), { maxLength: 2 }).map((pairs) => new Map(pairs)),
  tools: fc.array(fc.tuple(name, name), { maxLength: 2 }).map((pairs) => new Map(pairs)),
  failed: fc.array(name, { maxLength: 2 }),
  calls: count,
});

test("a place is found again in any text around its line", () => {
  fc.assert(
    fc.property(place, place, texts, (earlier, last, around) => {
      const line = writePlace(last);
      expect(line).not.toMatch(/[\r\n]/);
      const text = `${writePlace(earlier)}\n${around.replaceAll("[", "(")}\nAGENT: ${line} and on\n[skill cut · step 3 · {"a":"b`;
      expect(findPlace(text)).toEqual(last);
    }),
  );
});

test.each([
  "",
  "[skill a · step 0 · {}]",
  "[skill a · step 1 · {x}]",
  '[skill a · step 1 · {"a":1}]',
  "[skill a · step 1]",
])("no place: %s", (text) => {
  expect(findPlace(text)).toBeUndefined();
});

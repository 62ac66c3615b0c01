import { expect, test } from "vitest";
import { analyse } from "../../../evolver/analyse/analyse.ts";
import { cluster } from "../../../evolver/clusters/cluster.ts";
import { asked, finished, say, threw, trace, user } from "../traces.ts";

const gaveUp = (number: number) =>
  trace(asked([user("go")], [say(`I cannot open file ${number}`)]), finished("done", ""));
const broke = () => trace(threw("boom", "run (harness/main.ts:1:1)"));

test("failures with one signature form one cluster, the biggest first", () => {
  const failures = [broke(), gaveUp(1), gaveUp(2)].map((each) => analyse(each));
  const clusters = cluster(failures);
  expect(clusters.map(({ title }) => title)).toEqual([
    "2 runs: the model gave up: I cannot open file <n>",
    "1 run: the harness threw: boom at harness/main.ts:run",
  ]);
  expect(clusters[0]?.failures).toEqual([failures[1], failures[2]]);
});

test("ids are stable, whatever else failed and in whatever order", () => {
  const ids = (...traces: ReturnType<typeof broke>[]) =>
    cluster(traces.map((each) => analyse(each))).map(({ id }) => id);
  expect(ids(broke(), gaveUp(1))).toEqual(ids(gaveUp(7), broke()));
  expect(ids(broke())[0]).toMatch(/^[0-9a-f]{12}$/);
  expect(new Set(ids(broke(), gaveUp(1))).size).toBe(2);
});

/** Writes scenarios as tasks of a home, and chooses which of them a cycle works on. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { Concern, Scenario, Template } from "./model/plan.ts";
import { TEMPLATES } from "./scenarios/index.ts";

/** A template with a seed. */
export interface Job {
  readonly template: Template;
  readonly seed: number;
}

/** Seeds of the concern that a suite is about, of the rest of it, and those that no cycle ever sees. */
const OWN_SEEDS = [1, 2, 3, 4];
const HELD_OUT_SEEDS = [5, 6];
const LARGEST_SUITE = 24;
const LEAST_CROSS = 8;
const GUARD = "silent-hands";
const GUARD_SEEDS = [21, 22];

export function nameOf({ template, seed }: Job): string {
  return `${template.name}-${seed}`;
}

/** Tasks of one concern, with a cross-section of all the others. */
export function suiteFor(concern: Concern): Job[] {
  return suiteForAll([concern]);
}

/** The same for several concerns at once. */
export function suiteForAll(concerns: readonly Concern[]): Job[] {
  const own = TEMPLATES.filter((template) => concerns.some((concern) => isAbout(template, concern)));
  const others = TEMPLATES.filter((template) => !own.includes(template));
  const mine = OWN_SEEDS.flatMap((seed) => own.map((template) => ({ template, seed })));
  // Every second one, in two halves, so that each suite has some of each file of templates.
  const cross = [...others.filter((_, i) => i % 2 === 0), ...others.filter((_, i) => i % 2 === 1)];
  const room = Math.max(LEAST_CROSS, LARGEST_SUITE - mine.length);
  return [
    ...mine,
    ...cross.slice(0, room).map((template, i) => ({ template, seed: 1 + (i % OWN_SEEDS.length) })),
  ];
}

/** Every template with every seed, those included that no cycle is given. */
export function allJobs(): Job[] {
  return TEMPLATES.flatMap((template) =>
    [...OWN_SEEDS, ...HELD_OUT_SEEDS].map((seed) => ({ template, seed })),
  );
}

/** What a promoted patch is checked on: the concern with every seed, the rest with one that suites have and one that they have not. */
export function checkJobs(concern: Concern): Job[] {
  return allJobs().filter(
    ({ template, seed }) => isAbout(template, concern) || seed === 1 || seed === HELD_OUT_SEEDS[0],
  );
}

export function isAbout({ concern, also = [] }: Template, asked: Concern): boolean {
  return concern === asked || also.includes(asked);
}

/** Two plain tasks that no patch may lose. */
export function guardJobs(): Job[] {
  return TEMPLATES.filter(({ name }) => name === GUARD).flatMap((template) =>
    GUARD_SEEDS.map((seed) => ({ template, seed })),
  );
}

/** A folder for each job below `folder`, which is the suite's. */
export async function writeSuite(folder: string, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs)
    await writeTask(join(folder, nameOf(job)), job.template.make(job.seed), nameOf(job));
}

async function writeTask(folder: string, scenario: Scenario, name: string): Promise<void> {
  const { instruction, workspace, expected, as = "text", absent = [], budgets, service } = scenario;
  const truths = Object.keys(expected).map((path) => ({ path, truth: `${path.replaceAll("/", "_")}.truth` }));
  const task = {
    version: 1,
    instruction: `Job ${name}: ${instruction}`,
    verify: [
      ...truths.map(({ path, truth }) => ({ file: path, equals: truth, as })),
      ...absent.map((path) => ({ absent: path })),
    ],
    ...(budgets === undefined ? {} : { budgets }),
    ...(service === undefined ? {} : { services: [{ host: "desk.test", script: "desk.mjs" }] }),
  };
  await write(join(folder, "task.yaml"), stringify(task));
  await mkdir(join(folder, "workspace"), { recursive: true });
  for (const [path, text] of Object.entries(workspace)) await write(join(folder, "workspace", path), text);
  for (const { path, truth } of truths) await write(join(folder, "verify", truth), expected[path] ?? "");
  if (service !== undefined) await write(join(folder, "verify", "desk.mjs"), service);
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

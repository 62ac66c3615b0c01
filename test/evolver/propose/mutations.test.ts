import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { MUTATIONS } from "../../../evolver/propose/operators/mutations/index.ts";
import type { Mutation, Site } from "../../../evolver/propose/operators/mutation.ts";
import { normalForms } from "../../../evolver/propose/operators/normal-form.ts";
import { edited, openProject } from "../../../evolver/propose/operators/project.ts";
import type { Edited, Node, Project } from "../../../evolver/propose/operators/project.ts";
import { openScope } from "../../../evolver/propose/operators/shapes/scope.ts";
import { loadTypeScript, parse } from "../../../guardrails/syntax.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/mutations");
const names = readdirSync(FIXTURES);
const fixture = (name: string, part: string): string =>
  readFileSync(join(FIXTURES, name, `${part}.ts`), "utf8");

/** All fixtures are files of one harness: to open it takes longer than all that is asked of it. */
let project: Project;

beforeAll(async () => {
  const files = names.flatMap((name) =>
    ["before", "without"].map((part): [string, string] => [pathOf(name, part), fixture(name, part)]),
  );
  project = await openProject(new Map(files), "harness");
}, 60_000);

test("each mutation has a fixture", () => {
  expect(names).toEqual(MUTATIONS.map(({ name }) => name).toSorted());
});

describe.each(MUTATIONS)("$name", (mutation) => {
  test("makes the change, with sound types and a title that fits a subject", async () => {
    const formsOf = normalForms(await loadTypeScript());
    const path = pathOf(mutation.name, "before");
    const made = resultsOf(mutation, path);
    const right = parse(project.ts, path, fixture(mutation.name, "after"));
    const found = made.find(({ result }) => sameCode(formsOf, path, result, right));
    if (!found) throw new Error(`not among ${made.length}:\n${made.map(({ title }) => title).join("\n")}`);
    expect(project.types().clean([found.result])).toEqual([true]);
    expect(Math.max(...made.map(({ title }) => title.length))).toBeLessThanOrEqual(72);
    expect(made.every(({ fit }) => fit > 0)).toBe(true);
  });

  test("says nothing where its shape is missing", () => {
    expect(resultsOf(mutation, pathOf(mutation.name, "without")).map(({ title }) => title)).toEqual([]);
  });
});

function pathOf(name: string, part: string): string {
  return `harness/${name}-${part}.ts`;
}

function resultsOf(mutation: Mutation, path: string): { title: string; fit: number; result: Edited }[] {
  const { ts, sources } = project;
  const source = sources.find((each) => each.path === path);
  if (!source) throw new Error(`no ${path}`);
  const { checker } = project.types();
  // The names and calls of other fixtures must not help.
  const site: Site = { ts, source, sources: [source], checker, scope: openScope(ts, checker, source) };
  const changes: ReturnType<Mutation["changes"]>[number][] = [];
  const visit = (node: Node): void => {
    changes.push(...mutation.changes(node, site));
    ts.forEachChild(node, visit);
  };
  source.ast.statements
    .filter((statement) => !ts.isInterfaceDeclaration(statement) && !ts.isTypeAliasDeclaration(statement))
    .forEach(visit);
  return changes.flatMap(({ title, splices, fit }) => {
    const result = edited(project, new Map([[path, splices]]));
    return result ? [{ title, fit, result }] : [];
  });
}

function sameCode(
  formsOf: ReturnType<typeof normalForms>,
  path: string,
  { edits }: Edited,
  right: ReturnType<typeof parse>,
): boolean {
  const after = edits[0]?.after ?? "";
  return formsOf(parse(project.ts, path, after)).join("\n") === formsOf(right).join("\n");
}

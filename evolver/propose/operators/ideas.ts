/** All that operators can think of for a cluster, best first: nothing here was parsed or checked yet. */
import type { ts as T } from "ts-morph";
import { suspicionAt } from "./evidence.ts";
import type { Evidence } from "./evidence.ts";
import type { Change, Mutation, Site } from "./mutation.ts";
import type { Operator } from "./operator.ts";
import { each } from "./project.ts";
import type { Node, Project, Source, Splice } from "./project.ts";
import { oncePer } from "./shapes/once.ts";
import { openScope } from "./shapes/scope.ts";

export interface Idea {
  readonly operator: string;
  readonly title: string;
  readonly rationale: string;
  readonly splices: ReadonlyMap<string, readonly Splice[]>;
  /** Comparable among templates, and among mutations. */
  readonly rank: number;
}

/** Whether it is time to end with what there is. */
export type Late = () => boolean;

/** Below this the evidence does not speak for the change. */
const LEAST_RANK = 0.05;

export function templateIdeas(
  templates: readonly Operator[],
  project: Project,
  evidence: Evidence,
  late: Late,
): readonly Idea[] {
  return templates
    .flatMap((operator) => (late() ? [] : ideasOf(operator, operator.appliesTo(evidence), project, evidence)))
    .filter(({ rank }) => rank >= LEAST_RANK)
    .toSorted((a, b) => b.rank - a.rank);
}

/** Templates that little asks for, where the code has their shape all the same: a symptom may be far from its cause. */
export function spareIdeas(
  templates: readonly Operator[],
  project: Project,
  evidence: Evidence,
  late: Late,
): readonly Idea[] {
  return templates
    .flatMap((operator) => {
      if (late()) return [];
      const asked = operator.appliesTo(evidence);
      return ideasOf(operator, 1, project, evidence)
        .filter(({ rank }) => asked * rank < LEAST_RANK)
        .toSorted((a, b) => b.rank - a.rank)
        .slice(0, MOST_SPARE);
    })
    .toSorted((a, b) => b.rank - a.rank);
}

/** Of one template: some fit many places. */
const MOST_SPARE = 3;

function ideasOf(operator: Operator, asked: number, project: Project, evidence: Evidence): Idea[] {
  const rationale = operator.rationale(evidence);
  return operator.transform(project, evidence).map(({ title, splices, fit }) => ({
    operator: operator.name,
    title,
    rationale,
    splices,
    rank: asked * fit,
  }));
}

/** Whether the evidence speaks for any place where the template may apply. */
export function isAsked(operator: Operator, evidence: Evidence): boolean {
  return operator.appliesTo(evidence) >= LEAST_RANK;
}

/**
 * Each line has a share of the blame, by its suspicion. A share is split among mutations by how many real faults
 * are of their kind, and within one mutation among its changes by how natural they are. So no mutation and no place can
 * crowd out the others.
 */
export function mutationIdeas(
  mutations: readonly Mutation[],
  project: Project,
  evidence: Evidence,
  late: Late,
): readonly Idea[] {
  const places = project.sources.flatMap((source) => placesIn(source, project, evidence));
  const found = new Map<Place, readonly Found[]>();
  // Where time is short, the most suspected are seen.
  for (const place of places.toSorted((a, b) => b.suspicion - a.suspicion)) {
    if (found.size > 0 && late()) break;
    found.set(place, changesAt(place, mutations));
  }
  const groups = new Map<string, Group>();
  for (const place of places) {
    const { source } = place.site;
    // Each line of a long statement, as of a table, is a place of its own.
    const { line } = source.ast.getLineAndCharacterOfPosition(place.node.getStart(source.ast));
    for (const { mutation, changes } of found.get(place) ?? []) {
      const key = JSON.stringify([source.path, mutation.name, line]);
      const group = groups.get(key) ?? { source, mutation, changes: [] };
      groups.set(key, group);
      group.changes.push(...changes.map((change) => ({ change, suspicion: place.suspicion })));
    }
  }
  return [...groups.values()].flatMap(shared).toSorted((a, b) => b.rank - a.rank);
}

interface Place {
  readonly node: Node;
  readonly site: Site;
  readonly suspicion: number;
}

interface Found {
  readonly mutation: Mutation;
  readonly changes: readonly Change[];
}

/** Changes of one mutation in one line. */
interface Group {
  readonly source: Source;
  readonly mutation: Mutation;
  readonly changes: Placed[];
}

/** Every suspected node, in the order of the source. */
function placesIn(source: Source, project: Project, evidence: Evidence): Place[] {
  const { ts, sources } = project;
  const { checker } = project.types();
  const site: Site = { ts, source, sources, checker, scope: openScope(ts, checker, source) };
  const suspicionOf = suspicionIn(project, source, evidence);
  const places: Place[] = [];
  const visit = (node: Node): void => {
    if (isType(ts, node)) return;
    const suspicion = suspicionOf(node);
    if (suspicion > UNSUSPECTED) places.push({ node, site, suspicion });
    ts.forEachChild(node, visit);
  };
  source.ast.statements.forEach(visit);
  return places;
}

function changesAt({ node, site }: Place, mutations: readonly Mutation[]): Found[] {
  return mutations.flatMap((mutation) => {
    const changes = mutation.changes(node, site);
    return changes.length === 0 ? [] : [{ mutation, changes }];
  });
}

/** Does nothing when the harness runs. */
function isType(ts: Project["ts"], node: Node): boolean {
  const declares =
    ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
  return declares || ts.isTypeNode(node);
}

interface Placed {
  readonly change: Change;
  readonly suspicion: number;
}

/** What no failing run executed. */
const UNSUSPECTED = 0.1;
/** Suspicion tells places apart more sharply than its figures do: most lines of a loop run in every run. */
const SHARPNESS = 3;
/** 1: a statement with many possible changes gets no more trials than one with few; 0: each change counts alike. */
const SHARING = 0.7;

function shared({ source, mutation: { name, weight, rationale }, changes }: Group): Idea[] {
  const total = changes.reduce((sum, { change }) => sum + change.fit, 0);
  return changes.map(({ change, suspicion }) => ({
    operator: name,
    title: change.title,
    rationale,
    splices: new Map([[source.path, change.splices]]),
    rank: (suspicion ** SHARPNESS * weight * change.fit) / total ** SHARING,
  }));
}

/** Lines of a node that count: what is inside a long statement has places of its own. */
const HEAD_LINES = 2;

function suspicionIn(project: Project, source: Source, evidence: Evidence): (node: Node) => number {
  const byLines = new Map<string, number>();
  const at = (path: string, from: number, to: number): number => {
    const key = `${path} ${from} ${to}`;
    const found = byLines.get(key) ?? suspicionAt(evidence, path, from, to);
    byLines.set(key, found);
    return found;
  };
  const lineOf = (file: Source, position: number): number =>
    file.ast.getLineAndCharacterOfPosition(position).line + 1;
  const usesOf = oncePer((declaration: T.VariableDeclaration) =>
    usesOfConstant(project, source, declaration),
  );
  return (node) => {
    const from = lineOf(source, node.getStart(source.ast));
    const here = at(source.path, from, Math.min(lineOf(source, node.end), from + HEAD_LINES));
    // A constant runs before any coverage is of use: what counts is where it is read.
    const declaration = declarationAtTop(project.ts, node);
    const uses = (declaration ? usesOf(declaration) : []).map(([file, use]) => {
      const line = lineOf(file, use.getStart(file.ast));
      return at(file.path, line, line);
    });
    return Math.max(here, ...uses);
  };
}

function usesOfConstant(
  { ts, sources }: Project,
  source: Source,
  declaration: T.VariableDeclaration,
): [Source, T.Identifier][] {
  if (!ts.isIdentifier(declaration.name)) return [];
  const { text } = declaration.name;
  const exported = /^export\b/.test(declaration.parent.parent.getText(source.ast));
  return (exported ? sources : [source]).flatMap((file) =>
    each(ts, file.ast, ts.isIdentifier)
      .filter((name) => name.text === text && name !== declaration.name)
      .map((name): [Source, T.Identifier] => [file, name]),
  );
}

function declarationAtTop(ts: Project["ts"], node: Node): T.VariableDeclaration | undefined {
  for (let at: Node | undefined = node; at; at = at.parent) {
    if (ts.isFunctionLike(at)) return undefined;
    if (ts.isVariableDeclaration(at) && ts.isSourceFile(at.parent.parent.parent)) return at;
  }
  return undefined;
}

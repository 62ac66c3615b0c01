/** Program repair for harness code without a language model: templates of known faults, then generic mutations. */
import type { Proposal } from "../../candidate.ts";
import { asTraced, localise } from "../../analyse/localise/localise.ts";
import { ProposerFailed, type ProposeContext, type Proposer } from "../proposer.ts";
import { TEMPLATES } from "./templates/index.ts";
import { evidenceOf } from "./evidence.ts";
import { isAsked, mutationIdeas, spareIdeas, templateIdeas } from "./ideas.ts";
import type { Idea, Late } from "./ideas.ts";
import type { Mutation } from "./mutation.ts";
import { normalForms } from "./normal-form.ts";
import type { Operator } from "./operator.ts";
import { edited, openProject, parsed } from "./project.ts";
import type { ChangedFile, Edited, Project } from "./project.ts";

export interface OperatorOptions {
  /** Proposals for one cluster; 6 when absent. */
  readonly limit?: number;
  /** All of them when absent. */
  readonly templates?: readonly Operator[];
  /** None when absent: they are many, and worth their time only where trials are cheap. */
  readonly mutations?: readonly Mutation[];
  /** After so long nothing more is begun, and what there is is proposed; half of it is for ideas. 60 when absent. */
  readonly seconds?: number;
}

/**
 * Templates that the evidence asks for come first; mutations go where it points, and among them templates that fit the code only. No two proposals are the same code, and
 * none is what the harness is already. With mutations, types are checked here as well: 400 proposals take some seconds.
 *
 * `propose` throws {@link ProposerFailed} for a harness whose code is nested too deeply for the parser.
 */
export function operators(options: OperatorOptions = {}): Proposer {
  return {
    name: "operators",
    propose: (context) =>
      proposals(options, context).catch((error: unknown) => {
        if (!(error instanceof RangeError)) throw error;
        const what = "code of the harness is nested too deeply to be worked on, or too large";
        throw new ProposerFailed(`${what}: ${error.message}`, 0);
      }),
  };
}

async function proposals(
  { limit = 6, templates = TEMPLATES, mutations = [], seconds = 60 }: OperatorOptions,
  context: ProposeContext,
): Promise<Proposal[]> {
  const { cluster, passing, genome, paths } = context;
  const failing = cluster.failures.map(({ trace }) => trace);
  const ranking = await localise(failing, passing, asTraced(genome, paths.harness));
  const evidence = evidenceOf(cluster, passing, ranking);
  const asked = templates.filter((operator) => isAsked(operator, evidence));
  if (asked.length === 0 && mutations.length === 0) return [];
  const project = await openProject(genome, paths.harness);
  // To open the compiler takes as long as it takes; the time is for what grows with the code.
  if (mutations.length > 0) project.types();
  const enough = lateAfter(seconds / 2);
  const late = lateAfter(seconds);
  const ideas = [...templateIdeas(asked, project, evidence, enough)];
  if (mutations.length > 0) {
    const spare = spareIdeas(templates, project, evidence, enough);
    const suspected = mutationIdeas(mutations, project, evidence, enough);
    ideas.push(...suspected.slice(0, BEFORE_SPARE), ...spare, ...suspected.slice(BEFORE_SPARE));
  }
  return chosen(ideas, project, context, { limit, typed: mutations.length > 0, late });
}

function lateAfter(seconds: number): Late {
  const end = performance.now() + seconds * 1000;
  return () => performance.now() > end;
}

/** Mutations of the most suspected places that go before templates that nothing asks for. */
const BEFORE_SPARE = 40;
/** Ideas that are worked out at a time: one program of the compiler checks them all, and takes half a second to begin. */
const LEAST_BATCH = 40;
const MOST_BATCH = 1000;
/** So many more ideas than proposals are wanted: some do not fit the types. */
const SURPLUS = 1.6;
/** Of code that is checked at a time: each change of a long function makes a copy of it. */
const MOST_CHARACTERS = 1_000_000;

function chosen(
  ideas: readonly Idea[],
  project: Project,
  context: ProposeContext,
  { limit, typed, late }: { readonly limit: number; readonly typed: boolean; readonly late: Late },
): Proposal[] {
  const isNew = newcomers(project, context);
  const found: Proposal[] = [];
  let next = 0;
  while (next < ideas.length && found.length < limit && (next === 0 || !late())) {
    const size = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, Math.ceil((limit - found.length) * SURPLUS)));
    const end = Math.min(ideas.length, next + size);
    const worked: ({ readonly idea: Idea } & Edited)[] = [];
    for (let characters = 0; next < end && characters < MOST_CHARACTERS && (next === 0 || !late()); next++) {
      const idea = ideas[next];
      const result = idea && edited(project, idea.splices);
      if (!idea || !result || !isNew(result.changed)) continue;
      worked.push({ idea, ...result });
      for (const { tree } of result.changed.values()) characters += tree.text.length;
    }
    const clean = typed ? project.types().clean(worked) : undefined;
    found.push(...worked.filter((_, index) => clean?.[index] ?? true).map(proposalOf));
  }
  return found.slice(0, limit);
}

function proposalOf({ idea, edits }: { readonly idea: Idea } & Edited): Proposal {
  const { operator, title, rationale } = idea;
  return { rung: "harness", source: `operator:${operator}`, title, rationale, edits, costUsd: 0 };
}

/** Tells whether code was never seen: not what the harness is, not what was rejected, not what was told before. */
function newcomers(project: Project, { rejected }: ProposeContext): (changed: Edited["changed"]) => boolean {
  const formsOf = normalForms(project.ts);
  const original = new Map(project.sources.map(({ path, ast }) => [path, formsOf(ast)]));
  const keyOf = (changed: Edited["changed"]): string =>
    JSON.stringify([...changed].map(([path, file]) => differences(path, file)).toSorted());
  const differences = (path: string, { tree, statement }: ChangedFile): string => {
    const before = original.get(path) ?? [];
    const forms = formsOf(tree);
    const after = statement === undefined ? forms : before.with(statement, forms[0] ?? "");
    if (after.length !== before.length) return JSON.stringify([path, after]);
    const other = after.flatMap((form, index) => (form === before[index] ? [] : [[index, form]]));
    return other.length === 0 ? "" : JSON.stringify([path, other]);
  };
  const seen = new Set<string>();
  for (const { proposal } of rejected) {
    const changed = proposal.edits.flatMap(({ path, after }) => {
      const tree = original.has(path) ? parsed(project.ts, path, after) : undefined;
      return tree ? [[path, { tree }] as const] : [];
    });
    if (changed.length === proposal.edits.length) seen.add(keyOf(new Map(changed)));
  }
  return (changed) => {
    const key = keyOf(changed);
    if (seen.has(key) || [...changed].every(([path, file]) => differences(path, file) === "")) return false;
    seen.add(key);
    return true;
  };
}

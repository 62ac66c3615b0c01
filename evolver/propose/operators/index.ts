/** Program repair for harness code without a language model: templates of known faults, then generic mutations. */
import type { Proposal } from "../../candidate.ts";
import { asTraced, localise } from "../../analyse/localise/localise.ts";
import type { ProposeContext, Proposer } from "../proposer.ts";
import { TEMPLATES } from "./templates/index.ts";
import { evidenceOf } from "./evidence.ts";
import { isAsked, mutationIdeas, spareIdeas, templateIdeas } from "./ideas.ts";
import type { Idea } from "./ideas.ts";
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
}

/**
 * Templates that the evidence asks for come first; mutations go where it points, and among them templates that fit the code only. No two proposals are the same code, and
 * none is what the harness is already. With mutations, types are checked here as well: 400 proposals take some seconds.
 */
export function operators({
  limit = 6,
  templates = TEMPLATES,
  mutations = [],
}: OperatorOptions = {}): Proposer {
  return {
    name: "operators",
    async propose(context) {
      const { cluster, passing, genome, paths } = context;
      const failing = cluster.failures.map(({ trace }) => trace);
      const ranking = await localise(failing, passing, asTraced(genome, paths.harness));
      const evidence = evidenceOf(cluster, passing, ranking);
      const asked = templates.filter((operator) => isAsked(operator, evidence));
      if (asked.length === 0 && mutations.length === 0) return [];
      const project = await openProject(context.genome, context.paths.harness);
      const ideas = [...templateIdeas(asked, project, evidence)];
      if (mutations.length > 0) {
        const suspected = mutationIdeas(mutations, project, evidence);
        const spare = spareIdeas(templates, project, evidence);
        ideas.push(...suspected.slice(0, BEFORE_SPARE), ...spare, ...suspected.slice(BEFORE_SPARE));
      }
      return chosen(ideas, project, context, { limit, typed: mutations.length > 0 });
    },
  };
}

/** Mutations of the most suspected places that go before templates that nothing asks for. */
const BEFORE_SPARE = 40;
/** Ideas that are worked out at a time: one program of the compiler checks them all, and takes half a second to begin. */
const LEAST_BATCH = 40;
const MOST_BATCH = 1000;
/** So many more ideas than proposals are wanted: some do not fit the types. */
const SURPLUS = 1.6;

function chosen(
  ideas: readonly Idea[],
  project: Project,
  context: ProposeContext,
  { limit, typed }: { readonly limit: number; readonly typed: boolean },
): Proposal[] {
  const isNew = newcomers(project, context);
  const found: Proposal[] = [];
  let size = 0;
  for (let from = 0; from < ideas.length && found.length < limit; from += size) {
    size = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, Math.ceil((limit - found.length) * SURPLUS)));
    const worked = ideas.slice(from, from + size).flatMap((idea) => {
      const result = edited(project, idea.splices);
      return result && isNew(result.changed) ? [{ idea, ...result }] : [];
    });
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

import type { ts as T } from "ts-morph";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { each, freshName } from "../project.ts";
import type { Project, Source } from "../project.ts";
import { askedFor, because } from "../shapes/asks.ts";
import type { Kinds } from "../shapes/asks.ts";
import { replaced } from "../shapes/statements.ts";
import { changeAt } from "../shapes/variants.ts";
import { messageLists } from "../shapes/message-lists.ts";
import { appended, typeImports } from "../shapes/style.ts";
import { unpaired } from "../../../analyse/transcript.ts";

const KINDS: Kinds = { "broken-pairing": 1, "invalid-request": 0.9, "wrong-result": 0.1 };
const TITLE = "Cut the conversation between results and the next reply";

/** Moves a cut through the conversation to a boundary, where compaction or a window parts a call from its results. */
export const snapCut: Operator = {
  name: "snap-cut",
  appliesTo: (evidence) => askedFor(evidence, KINDS, unpaired),
  transform(project, evidence) {
    const isMessages = messageLists(project);
    return project.sources.flatMap((source) => cuts(project, source, isMessages, evidence));
  },
  rationale: (evidence) => because(evidence, KINDS, "a cut must not part a call from its results"),
};

function cuts(
  { ts }: Project,
  source: Source,
  isMessages: (node: T.Expression) => boolean,
  evidence: Evidence,
): Variant[] {
  return each(ts, source.ast, ts.isCallExpression).flatMap((call) => {
    const callee = call.expression;
    if (!ts.isPropertyAccessExpression(callee) || !isMessages(callee.expression)) return [];
    const list = callee.expression.getText(source.ast);
    const [first, second] = call.arguments.map((argument) => argument.getText(source.ast));
    // A place that is computed from the messages is not a plain count.
    if (call.arguments.some((argument) => argument.getText(source.ast).includes(`(${list}`))) return [];
    if (first === undefined) return [];
    const keep = freshName(source, "keptFrom");
    const drop = freshName(source, "droppedTo");
    if (callee.name.text === "slice" && second === undefined && !/^[01]$/.test(first)) {
      return [snapped(source, call, `${list}.slice(${keep}(${list}, ${first}))`, keepHelper(keep), evidence)];
    }
    if (callee.name.text === "splice" && second !== undefined && call.arguments.length === 2) {
      const end = first === "0" ? second : `${first} + ${second}`;
      const count = first === "0" ? `${drop}(${list}, ${end})` : `${drop}(${list}, ${end}) - ${first}`;
      return [snapped(source, call, `${list}.splice(${first}, ${count})`, dropHelper(drop), evidence)];
    }
    return [];
  });
}

function snapped(source: Source, call: T.Node, text: string, helper: string, evidence: Evidence): Variant {
  const splices = [
    replaced(source, call, text),
    ...typeImports(source, ["Message"]),
    appended(source, helper),
  ];
  return changeAt(evidence, source, call, TITLE, splices);
}

function keepHelper(name: string): string {
  return `/** Where to cut so that what is kept begins with no result: at \`start\`, negative from the end, or before it. */
function ${name}(messages: readonly Message[], start: number): number {
  let at = start < 0 ? Math.max(0, messages.length + start) : start;
  const answers = ({ content }: Message): boolean =>
    typeof content !== "string" && content.some((block) => block.type === "tool_result");
  for (let first = messages.at(at); at > 0 && first && answers(first); first = messages.at(at)) at -= 1;
  return at;
}`;
}

/** Forward, so that a loop that drops until it fits comes to an end. */
function dropHelper(name: string): string {
  return `/** Up to where messages may be dropped so that the next one is no result: \`end\`, or after it. */
function ${name}(messages: readonly Message[], end: number): number {
  let at = Math.min(end, messages.length);
  const answers = ({ content }: Message): boolean =>
    typeof content !== "string" && content.some((block) => block.type === "tool_result");
  for (let next = messages[at]; next && answers(next); next = messages[at]) at += 1;
  return at;
}`;
}

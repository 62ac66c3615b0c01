import { kernelCalls, surroundings } from "./kernel-calls.ts";
import type { KernelCall } from "./kernel-calls.ts";
import type { Operator, Variant } from "./operator.ts";
import { suspicionAt } from "./evidence.ts";
import type { Evidence } from "./evidence.ts";
import { freshName, linesOf } from "./project.ts";
import type { Project } from "./project.ts";
import { appended, typeImports } from "./style.ts";

/** Finds the tool that the model means when it writes the name in another case, with other separators, or an old one. */
export const normaliseToolName: Operator = {
  name: "normalise-tool-name",
  appliesTo: (evidence) => evidence.weights.get("unknown-tool") ?? 0,
  transform(project, evidence) {
    return kernelCalls(project, "tools")
      .filter((site) => !/toLowerCase|alias/i.test(surroundings(project, site)))
      .flatMap((site) => renamed(project, site, evidence));
  },
  rationale: (evidence) =>
    `${evidence.hypothesis("unknown-tool")?.evidence ?? "The model called a tool that does not exist"}: the tool it means is there under a name that is spelled differently.`,
};

function renamed(project: Project, site: KernelCall, evidence: Evidence): Variant[] {
  const { source, call, kernel } = site;
  if (kernel === undefined) return [];
  const name = freshName(source, "toolNamed");
  const splice = nameSplice(project, site, (written) => `${name}(${written}, ${kernel}.hello.tools)`);
  if (!splice) return [];
  const { from, to } = linesOf(source, call);
  const fit = suspicionAt(evidence, source.path, from, to);
  const splices = [...typeImports(source, ["ToolSpec"]), splice, appended(source, code(name))];
  return [{ title: "Accept tool names in other spellings", splices: new Map([[source.path, splices]]), fit }];
}

function nameSplice(
  { ts }: Project,
  { source, argument }: KernelCall,
  resolved: (written: string) => string,
): { start: number; end: number; text: string } | undefined {
  const [start, end] = [argument.getStart(source.ast), argument.end];
  if (ts.isIdentifier(argument)) {
    return { start, end, text: `{ ...${argument.text}, name: ${resolved(`${argument.text}.name`)} }` };
  }
  if (!ts.isObjectLiteralExpression(argument)) return undefined;
  const named = argument.properties.find((property) => property.name?.getText(source.ast) === "name");
  if (named && ts.isPropertyAssignment(named)) {
    const value = named.initializer;
    return { start: value.getStart(source.ast), end: value.end, text: resolved(value.getText(source.ast)) };
  }
  if (named && ts.isShorthandPropertyAssignment(named)) {
    return { start: named.getStart(source.ast), end: named.end, text: `name: ${resolved("name")}` };
  }
  const spread = argument.properties.find(ts.isSpreadAssignment);
  if (!spread) return undefined;
  const last = argument.properties.at(-1);
  const at = last?.end ?? end;
  return { start: at, end: at, text: `, name: ${resolved(`${spread.expression.getText(source.ast)}.name`)}` };
}

function code(name: string): string {
  return `/** The tool that is meant by a name: case and separators do not matter. An unknown name stays as it is. */
function ${name}(name: string, tools: readonly ToolSpec[]): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  if (tools.some((tool) => tool.name === name)) return name;
  const meant = tools.filter((tool) => plain(tool.name) === plain(name));
  const near = meant.length > 0 ? meant : tools.filter((tool) => plain(name).startsWith(plain(tool.name)));
  return near.length === 1 && near[0] ? near[0].name : name;
}`;
}

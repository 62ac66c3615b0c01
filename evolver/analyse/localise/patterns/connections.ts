/** What one piece of code hands to another, and the other does not take, or the other way round. */
import type { Node } from "../../../../guardrails/syntax.ts";
import { calleeOf, eachNode } from "./code.ts";
import type { CallNode, Code, Finding, FunctionNode } from "./code.ts";

/** A call without the last argument that most calls of the function give. */
export function argumentsLeftOff(code: Code): Finding[] {
  const { ts } = code;
  const given = new Map<string, number[]>();
  eachNode(code, (node) => {
    const called = calledIn(code, node);
    if (called) given.set(called.name, [...(given.get(called.name) ?? []), called.call.arguments.length]);
    return [];
  });
  return eachNode(code, (node, found) => {
    const called = calledIn(code, node);
    if (!called) return [];
    const own = called.call.arguments.length;
    const parameter = called.fn.parameters[own];
    if (!parameter) return [];
    const all = given.get(called.name) ?? [];
    const alike = all.filter((count) => count <= own).length;
    // A default that is computed is there to be used.
    const isPlain = !parameter.initializer || ts.isLiteralExpression(parameter.initializer);
    return [found((isPlain ? 0.8 : 0.2) / alike, `${parameter.name.getText()} is not given`)];
  });
}

/** A number is written where the function asks for what varies. */
export function constantArguments(code: Code): Finding[] {
  const { ts } = code;
  return eachNode(code, (node, found) => {
    const called = calledIn(code, node);
    if (!called) return [];
    return called.call.arguments.flatMap((argument, at) => {
      const parameter = called.fn.parameters[at];
      const fixed = ts.isNumericLiteral(argument);
      return fixed && parameter && !parameter.initializer
        ? [found(0.8, `${parameter.name.getText()} is always ${argument.getText()}`)]
        : [];
    });
  });
}

/** A function that takes a small object apart and leaves a part of it out. */
export function fieldsLeftOut(code: Code): Finding[] {
  const { ts } = code;
  const fields = new Map<string, string[]>();
  eachNode(code, (node) => {
    if (ts.isInterfaceDeclaration(node))
      fields.set(
        node.name.text,
        node.members.flatMap((member) => member.name?.getText() ?? []),
      );
    return [];
  });
  return eachNode(code, (node, found) => {
    if (!ts.isParameter(node) || !ts.isObjectBindingPattern(node.name) || !node.type) return [];
    const all = fields.get(node.type.getText()) ?? [];
    const taken = new Set(node.name.elements.map((each) => (each.propertyName ?? each.name).getText()));
    const missing = all.filter((field) => !taken.has(field));
    const fn = node.parent;
    if (all.length < 2 || all.length > 4 || missing.length === 0 || !("body" in fn) || !fn.body) return [];
    const why = `${missing.join(", ")} of ${node.type.getText()} is left out`;
    return usesIn(fn.body, taken).map((line) => ({ ...found(0.4, why), line }));
  });

  /** Where those that are taken are made use of. */
  function usesIn(body: Node, taken: ReadonlySet<string>): number[] {
    const lines = new Set<number>();
    const visit = (node: Node): void => {
      if (ts.isIdentifier(node) && taken.has(node.text))
        lines.add(node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1);
      ts.forEachChild(node, visit);
    };
    visit(body);
    return [...lines];
  }
}

/** A property that is written and that nothing reads. */
export function neverRead(code: Code): Finding[] {
  const { ts } = code;
  const reads = new Set<string>();
  eachNode(code, (node) => {
    if (ts.isPropertyAccessExpression(node)) reads.add(node.name.text);
    if (ts.isBindingElement(node)) reads.add((node.propertyName ?? node.name).getText());
    return [];
  });
  const own = new Set<string>();
  eachNode(code, (node) => {
    if (ts.isPropertySignature(node) && !ts.isTypeLiteralNode(node.parent)) own.add(node.name.getText());
    return [];
  });
  const findings = eachNode(code, (node, found) => {
    if (!ts.isPropertyAssignment(node) && !ts.isShorthandPropertyAssignment(node)) return [];
    const name = node.name.getText();
    return own.has(name) && !reads.has(name) ? [found(0.6, `${name} is never read`)] : [];
  });
  return findings.map((finding) => ({
    ...finding,
    strength: finding.strength / findings.filter(({ why }) => why === finding.why).length,
  }));
}

function calledIn(
  { ts, functions }: Code,
  node: Node,
): { readonly name: string; readonly call: CallNode; readonly fn: FunctionNode } | undefined {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  const name = calleeOf(ts, node);
  const fn = name === undefined ? undefined : functions.get(name);
  return name !== undefined && fn ? { name, call: node, fn } : undefined;
}

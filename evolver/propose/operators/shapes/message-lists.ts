/** Recognises the lists that a harness keeps its conversation in. */
import type { ts as T } from "ts-morph";
import { each } from "../project.ts";
import type { Project } from "../project.ts";
import { kernelCalls } from "./kernel-calls.ts";

/** Tells whether an expression is a list of messages: by its declared type, or because a request is made of it. */
export function messageLists(project: Project): (node: T.Expression) => boolean {
  const { ts } = project;
  const names = new Set<string>();
  for (const { ast } of project.sources) {
    const declared = each(ts, ast, (node): node is T.Node & { name: T.Node; type?: T.TypeNode } => {
      return (
        ts.isVariableDeclaration(node) ||
        ts.isParameter(node) ||
        ts.isPropertyDeclaration(node) ||
        ts.isPropertySignature(node)
      );
    });
    for (const { name, type } of declared) {
      if (type && /^(?:readonly\s+)?Message\[\]$|Array<Message>$/.test(type.getText(ast)))
        names.add(name.getText(ast));
    }
  }
  for (const { argument, source } of kernelCalls(project, "model")) {
    for (const property of each(ts, argument, ts.isPropertyAssignment)) {
      const value = property.initializer;
      if (property.name.getText(source.ast) === "messages" && isPath(ts, value))
        names.add(lastName(ts, value));
    }
  }
  return (node) => isPath(ts, node) && names.has(lastName(ts, node));
}

type Path = T.Identifier | T.PropertyAccessExpression;

function isPath(ts: Project["ts"], node: T.Expression): node is Path {
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node);
}

function lastName(ts: Project["ts"], node: Path): string {
  return ts.isIdentifier(node) ? node.text : node.name.text;
}

/** Looks into a schema for the keys it knows, to suggest them. */
import type { z } from "zod";

/** Keys of the objects that may stand at `path`: more than one kind where the schema is a union. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let found: unknown[] = forms(schema);
  for (const step of path) {
    found = found.flatMap((form) => {
      if (hasShape(form)) return forms(form.shape[String(step)]);
      const definition = definitionOf(form);
      return definition !== undefined && "element" in definition ? forms(definition.element) : [];
    });
  }
  return [...new Set(found.flatMap((form) => (hasShape(form) ? Object.keys(form.shape) : [])))];
}

/** What a schema stands for, without its defaults and options. */
function forms(schema: unknown): unknown[] {
  const definition = definitionOf(schema);
  if (definition === undefined) return [];
  if ("innerType" in definition) return forms(definition.innerType);
  if ("options" in definition && Array.isArray(definition.options)) return definition.options.flatMap(forms);
  return [schema];
}

function definitionOf(schema: unknown): object | undefined {
  if (typeof schema !== "object" || schema === null || !("def" in schema)) return undefined;
  return typeof schema.def === "object" && schema.def !== null ? schema.def : undefined;
}

function hasShape(value: unknown): value is { shape: Record<string, unknown> } {
  return typeof value === "object" && value !== null && "shape" in value;
}

/**
 * Operators that work at the boundary to the kernel: a helper goes between the harness and `kernel.model.create` or
 * `kernel.tools.call`. There the types are those of the protocol, however the harness keeps its conversation inside.
 */
import type { View } from "../../../analyse/view.ts";
import type { Evidence } from "../evidence.ts";
import type { Operator, Variant } from "../operator.ts";
import { freshName } from "../project.ts";
import type { Project } from "../project.ts";
import { askedFor, because } from "./asks.ts";
import type { Kinds } from "./asks.ts";
import { kernelCalls } from "./kernel-calls.ts";
import type { KernelCall } from "./kernel-calls.ts";
import { wrapped } from "./wrap-call.ts";

export interface Boundary {
  readonly name: string;
  readonly part: "model" | "tools";
  /** Imperative, without the place. */
  readonly title: string;
  readonly helper: string;
  /** Types of the protocol that the helper names. */
  readonly types: readonly string[];
  /** Declaration of the helper under this name: takes the kernel and the argument, returns what the kernel returns. */
  readonly code: (name: string) => string;
  readonly kinds: Kinds;
  /** Whether a failed run shows the very thing. */
  readonly seen?: (view: View) => boolean;
  /** A run that needs the change always shows it: {@link Boundary.seen} alone decides. */
  readonly exact?: boolean;
  /** Why the change answers it, without a full stop. */
  readonly why: string;
  /** Places that deal with the matter already are left alone. */
  readonly skips?: (project: Project, site: KernelCall) => boolean;
}

/** A change of the flawed code itself comes first, where there is one: it leaves less behind to read. */
const AT_BOUNDARY = 0.9;

/** A harness that has the helper already is left alone: a second one changes nothing. */
export function atBoundary(boundary: Boundary): Operator {
  const { name, kinds, seen, exact, why } = boundary;
  return {
    name,
    appliesTo: (evidence) => askedFor(evidence, kinds, seen, exact),
    transform: (project, evidence) => variants(boundary, project, evidence),
    rationale: (evidence) => because(evidence, kinds, why),
  };
}

function variants(boundary: Boundary, project: Project, evidence: Evidence): Variant[] {
  const declared = new RegExp(`function ${boundary.helper}\\b`);
  if (project.sources.some(({ text }) => declared.test(text))) return [];
  const sites = kernelCalls(project, boundary.part).filter((site) => !boundary.skips?.(project, site));
  const helper = (source: KernelCall["source"]) => {
    const name = freshName(source, boundary.helper);
    return { name, code: boundary.code(name), types: boundary.types };
  };
  return wrapped(sites, helper, boundary.title, evidence).map((variant) => ({
    ...variant,
    fit: variant.fit * AT_BOUNDARY,
  }));
}

/** Code for the head of a model helper: `turns` are the messages as lists of blocks, adjacent ones of a role merged. */
export const MERGED_TURNS = `  const turns: { role: Message["role"]; content: ContentBlock[] }[] = [];
  for (const { role, content } of request.messages) {
    const blocks: ContentBlock[] = typeof content === "string" ? [{ type: "text", text: content }] : content;
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: [...blocks] });
  }`;

/** Code for a local function that gives the messages with a text of the user after them. */
export const WITH_TEXT = `  const withText = (text: string): Message[] => {
    const last = request.messages.at(-1);
    const added: ContentBlock = { type: "text", text };
    if (last?.role !== "user") return [...request.messages, { role: "user", content: [added] }];
    const blocks: ContentBlock[] = typeof last.content === "string" ? [{ type: "text", text: last.content }] : last.content;
    return [...request.messages.slice(0, -1), { role: "user", content: [...blocks, added] }];
  };`;

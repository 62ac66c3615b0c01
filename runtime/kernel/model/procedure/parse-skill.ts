/** Reads the procedure out of the body of a SKILL.md. */
import { checkNames } from "./check-names.ts";
import { parseInputs } from "./inputs.ts";
import { BadProcedure, type Procedure } from "./procedure.ts";
import { readSections } from "./sections.ts";
import { parseSteps } from "./steps.ts";

export type ParsedSkill =
  | { readonly kind: "procedure"; readonly procedure: Procedure }
  /** Knowledge or lessons only: nothing to carry out. */
  | { readonly kind: "no_steps" }
  | { readonly kind: "bad"; readonly why: string };

/** Never throws: what is wrong with a procedure is part of the answer. */
export function parseSkill(body: string): ParsedSkill {
  const sections = readSections(body.replace(/\r\n?/g, "\n"));
  const steps = sections.get("steps");
  if (steps === undefined) return { kind: "no_steps" };
  try {
    const procedure: Procedure = {
      inputs: parseInputs(sections.get("inputs") ?? ""),
      steps: parseSteps(steps),
      answer: sections.get("answer") || "Done.",
    };
    checkNames(procedure);
    return { kind: "procedure", procedure };
  } catch (error) {
    if (error instanceof BadProcedure) return { kind: "bad", why: error.message };
    throw error;
  }
}

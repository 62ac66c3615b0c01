/** Writes a SKILL.md that people, language models and the procedure model read alike: docs/procedure-model.md. */
import type { NewStep } from "./skill-steps.ts";

export interface SkillParts {
  readonly name: string;
  /** Words for what it is about. */
  readonly subject: readonly string[];
  /** All plain words that such a task may use: the procedure model acts only on tasks that a skill speaks of. */
  readonly vocabulary: readonly string[];
  /** Each with the expression that finds it in an instruction. */
  readonly inputs: readonly { readonly name: string; readonly pattern: string }[];
  readonly steps: readonly NewStep[];
  /** Whether the last step shows what was made. */
  readonly looksAtLast: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

export function skillText(parts: SkillParts): string {
  const title = parts.subject.slice(0, 3).join(" ");
  const sections = [
    frontMatter(parts),
    `# ${title.charAt(0).toUpperCase()}${title.slice(1)}`,
    `For tasks that speak of: ${parts.vocabulary.join(", ")}.`,
    `## Preconditions\n\n${preconditions(parts)}`,
    ...(parts.inputs.length === 0 ? [] : [`## Inputs\n\n${parts.inputs.map(inputLine).join("\n")}`]),
    "## Steps",
    ...parts.steps.map(stepText),
    `## Verification\n\n${verification(parts)}`,
    "## Answer\n\nDone.",
  ];
  return `${sections.join("\n\n")}\n`;
}

function frontMatter({ name, subject, metadata }: SkillParts): string {
  const about = `How to ${subject.join(", ")}. Learned from runs that did it.`;
  const entries = Object.entries(metadata).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`);
  const lines = [`name: ${name}`, `description: ${JSON.stringify(about)}`, "metadata:", ...entries];
  return ["---", ...lines, "---"].join("\n");
}

function preconditions({ inputs }: SkillParts): string {
  if (inputs.length === 0) return "Nothing is needed beside the workspace.";
  return `The task names ${inputs.map(({ name }) => `\`${name}\``).join(", ")}. A file that it names is there.`;
}

function inputLine({ name, pattern }: SkillParts["inputs"][number]): string {
  // An expression that excludes backticks stands between double ones.
  const span = pattern.includes("`") ? `\`\`${pattern}\`\`` : `\`${pattern}\``;
  return `- \`${name}\`: as the task names it, ${span}`;
}

function stepText({ what, tool, block }: NewStep, index: number): string {
  const indented = block.split("\n").map((line) => (line === "" ? "" : `   ${line}`));
  return [`${index + 1}. ${what}`, "", `   \`\`\`${tool}`, ...indented, "   ```"].join("\n");
}

function verification({ looksAtLast }: SkillParts): string {
  return looksAtLast
    ? "The last step shows what was made: compare it with what was asked for."
    : "Look at what was made before you say that it is done.";
}

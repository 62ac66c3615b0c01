/** Writes a lesson into a skill or into the lessons that every run reads. */

const SECTION = "## When things go wrong";

/** The skill with the lesson in its section for trouble, and the runs that taught it in the metadata. */
export function withLesson(skill: string, line: string, runs: readonly string[]): string {
  return withProvenance(inSection(skill, line), runs);
}

/** The lessons file with one more lesson; a new one when there is none. */
export function withSharedLesson(lessons: string | undefined, line: string): string {
  const text = lessons === undefined || lessons.trim() === "" ? "# Lessons" : lessons.trimEnd();
  return `${text}\n\n${line}\n`;
}

function inSection(skill: string, line: string): string {
  const lines = skill.trimEnd().split("\n");
  const start = lines.findIndex((text) => text.trim().toLowerCase() === SECTION.toLowerCase());
  if (start === -1) return `${lines.join("\n")}\n\n${SECTION}\n\n${line}\n`;
  const next = lines.findIndex((text, index) => index > start && /^##? /.test(text));
  const end = next === -1 ? lines.length : next;
  const before = lines.slice(0, end).join("\n").trimEnd();
  const after = lines.slice(end);
  return [before, "", line, ...(after.length > 0 ? ["", ...after] : []), ""].join("\n");
}

/** A line of text and not a YAML round trip, which would reflow what people wrote. Longer lists keep the newest runs. */
function withProvenance(skill: string, runs: readonly string[]): string {
  const match = /^---\r?\n([\s\S]*?)\r?\n---[ \t]*\r?\n/.exec(skill);
  if (!match?.[1]) return skill;
  const head = match[1];
  const old = /^([ \t]+)learned-from:[ \t]*"?([^"\n]*)"?[ \t]*$/m.exec(head);
  const all = [...new Set([...(old?.[2] ?? "").split(/[,\s]+/).filter((run) => run !== ""), ...runs])].slice(
    -MOST_RUNS,
  );
  const entry = `learned-from: "${all.join(", ")}"`;
  const metadata = /^metadata:[ \t]*$/m;
  let updated: string;
  if (old) updated = head.replace(old[0], () => `${old[1]}${entry}`);
  else if (metadata.test(head)) updated = head.replace(metadata, (line) => `${line}\n  ${entry}`);
  // Metadata in flow style stays as it is: where a lesson came from is also in the commit.
  else if (/^metadata:/m.test(head)) return skill;
  else updated = `${head}\nmetadata:\n  ${entry}`;
  return skill.replace(head, () => updated);
}

const MOST_RUNS = 5;

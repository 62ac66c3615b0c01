/** The parts of a Markdown text that lie under its `##` headings. */

/** Text by heading in lower case; the text before the first such heading is under "". The first of two equals counts. */
export function readSections(markdown: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  let heading = "";
  let lines: string[] = [];
  let fence: string | undefined;
  const close = (): void => {
    if (!sections.has(heading)) sections.set(heading, lines.join("\n").trim());
    lines = [];
  };
  for (const line of markdown.split("\n")) {
    fence = fenceAfter(line, fence);
    const found = fence === undefined ? /^ {0,3}(#{1,2})[ \t]+(.*?)[ \t]*#*[ \t]*$/.exec(line) : null;
    if (found === null || (found[1] === "#" && heading === "")) {
      lines.push(line);
      continue;
    }
    close();
    heading = (found[2] ?? "").toLowerCase();
  }
  close();
  return sections;
}

/** The fence that is open after `line`, given the one that was open before it. */
export function fenceAfter(line: string, open: string | undefined): string | undefined {
  const fence = /^\s*(`{3,}|~{3,})(.*)$/.exec(line);
  if (fence === null) return open;
  const [, marks = "", rest = ""] = fence;
  if (open === undefined) return marks.startsWith("`") && rest.includes("`") ? undefined : marks;
  return marks.startsWith(open) && rest.trim() === "" ? undefined : open;
}

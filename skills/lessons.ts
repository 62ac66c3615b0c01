/** The lessons in `prompts/lessons.md`: each line of text, or each paragraph that a person wrapped, is one. */

/** In the order of the file, without headings, bullets and blank lines; a wrapped one has its line ends. */
export function splitLessons(text: string): string[] {
  const lessons: string[] = [];
  let open = false;
  for (const raw of text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)) {
    const line = raw.trim();
    const isLesson = line !== "" && !line.startsWith("#");
    if (isLesson && open && !BEGINS.test(line)) lessons.push(`${lessons.pop() ?? ""}\n${line}`);
    else if (isLesson) lessons.push(line.replace(/^[-*+] +/, ""));
    open = isLesson;
  }
  return lessons;
}

/** What cannot be the rest of the line before. */
const BEGINS = /^(?:[-*+] |\d+[.)] |\||when you see\b)/i;

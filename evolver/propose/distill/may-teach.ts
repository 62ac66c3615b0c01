/** Which commands of runs may become knowledge: runs also do what the text of a tool or a stranger talked them into. */
import { wordsOf } from "./shape.ts";

/** False for what fetches something from elsewhere, and for what feeds an interpreter with text that nobody has seen. */
export function mayTeach(command: string): boolean {
  if (/\b[a-z][\w+.-]{0,20}:\/\/|\b(?:curl|wget)\b/i.test(wordsOf(command).join(" "))) return false;
  return !command
    .split(/(?<!\|)\|&?(?!\|)/)
    .slice(1)
    .some(interprets);
}

/** Whether the program of this part of a pipe is an interpreter, also behind `sudo`, `env A=1` or `xargs -n1`. */
function interprets(part: string): boolean {
  const words = wordsOf(part.replace(/^[\s({]+/, ""));
  const program = words.find((word) => !/^(?:-.*|\d+|\w+=.*|sudo|env|exec|command|nohup|xargs)$/s.test(word));
  return /^(?:(?:ba|da|z|k)?sh|python[\d.]*|node|deno|bun|perl|ruby|php)\b/.test(
    program?.slice(program.lastIndexOf("/") + 1) ?? "",
  );
}

/**
 * A shell command as text. This is not a shell grammar: it errs towards "there may be another command in here", so a
 * rule that allows never matches more than the one command it names, and a rule that denies is looked for everywhere.
 */

/** Whether the command may hold a second command or a redirection. A plain `$NAME` only ever becomes arguments. */
export function hasControlOperators(command: string): boolean {
  return /[;|&`()<>\n\r{}]/.test(command);
}

/** Each place where a command might begin, as words joined by single spaces; quotes and backslashes removed. */
export function possibleCommands(command: string): string[] {
  const found = new Set<string>();
  for (const text of [command, command.replace(/\\\r?\n/g, " ")]) {
    for (const part of text.split(/[;|&`()<>\n\r{}]|\$(?=\()/)) addStarts(part, found);
  }
  return [...found];
}

/** Programs that run what their arguments say: any word after one may be the command. */
const WRAPPERS = new Set(
  (
    "sudo doas env command builtin exec eval nohup nice ionice setsid stdbuf time timeout xargs sh bash dash zsh ksh " +
    "busybox watch parallel unbuffer script chroot"
  ).split(" "),
);
/** Words of the shell after which a command begins. */
const KEYWORDS = new Set("if then else elif while until do !".split(" "));

function addStarts(part: string, found: Set<string>): void {
  const words = part
    .replace(/["'\\]/g, "")
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
  let begins = true;
  let wrapped = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const name = word.slice(word.lastIndexOf("/") + 1);
    if (begins || wrapped) {
      found.add(words.slice(i).join(" "));
      if (name !== word) found.add([name, ...words.slice(i + 1)].join(" "));
      wrapped ||= WRAPPERS.has(name);
      begins = KEYWORDS.has(word) || isAssignment(word);
    } else begins = /^-(exec|execdir|ok|okdir)$/.test(word);
  }
}

function isAssignment(word: string): boolean {
  return /^[A-Za-z_]\w*\+?=/.test(word);
}

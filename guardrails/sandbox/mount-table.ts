/** Our own mount table, as procfs shows it. */
import { readFileSync } from "node:fs";

/** Mount points and their options; of several on one point, the last, which covers the others. */
export function mountPoints(): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n");
  return new Map(
    lines.map((line) => {
      const [, , , , point = "", options = ""] = line.split(" ");
      return [unescape(point), options.split(",")];
    }),
  );
}

/** For a path, the options (with a leading comma) that a user namespace may not clear, hence has to repeat. */
export function lockedOptions(): (path: string) => string {
  const points = [...mountPoints()].toSorted(([a], [b]) => b.length - a.length);
  return (path) => {
    const holder = points.find(([point]) => point === "/" || path === point || path.startsWith(`${point}/`));
    return holder?.[1].includes("noexec") === true ? ",noexec" : "";
  };
}

function unescape(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

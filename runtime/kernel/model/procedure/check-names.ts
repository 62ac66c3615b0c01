/** Finds mistakes of a procedure that would otherwise show in the middle of a run. */
import { namesInCall, namesInText } from "./calls.ts";
import { BadProcedure, type Loop, type Procedure } from "./procedure.ts";

/**
 * Every value that is used must be given before, and loops must lie within each other or apart.
 * @throws BadProcedure
 */
export function checkNames({ inputs, steps, answer }: Procedure): void {
  const known = new Set(inputs.map(({ name }) => name));
  const loops: Loop[] = [];
  for (const [index, step] of steps.entries()) {
    const number = index + 1;
    const here = new Set([...known, ...loops.filter((loop) => holds(loop, number)).map(({ name }) => name)]);
    for (const name of [...step.skips.map((skip) => skip.name), ...step.calls.flatMap(namesInCall)]) {
      if (!here.has(name))
        throw new BadProcedure(`step ${number} uses \`${name}\`, which nothing before it gives`);
    }
    for (const loop of step.loops) {
      checkRange(loop, number, steps.length, loops);
      loops.push(loop);
    }
    for (const { name } of step.takes) known.add(name);
  }
  const unknown = namesInText(answer).find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new BadProcedure(`the answer uses \`${unknown}\`, which no input and no step gives`);
}

function holds({ from, to }: Loop, number: number): boolean {
  return from <= number && number <= to;
}

function checkRange(loop: Loop, declaredAt: number, steps: number, others: readonly Loop[]): void {
  const range = `step ${declaredAt}: "do steps ${loop.from} to ${loop.to}"`;
  if (loop.from <= declaredAt || loop.to < loop.from || loop.to > steps) {
    throw new BadProcedure(`${range} must name later steps that exist, the first one first`);
  }
  for (const other of others) {
    const apart = loop.to < other.from || other.to < loop.from;
    const within = holds(other, declaredAt) && loop.to <= other.to;
    if (!apart && !within)
      throw new BadProcedure(`${range} overlaps "do steps ${other.from} to ${other.to}"`);
  }
}

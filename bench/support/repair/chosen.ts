/** The planted faults that the command line asks for. */
import { RatchetError } from "../../../runtime/kernel/error.ts";
import type { Bench } from "../../figure.ts";
import { loadFaults, type Fault } from "./faults.ts";

/** @throws RatchetError (usage) for a fault or a family that does not exist */
export function chosenFaults({ faults, families }: Pick<Bench, "faults" | "families">): Fault[] {
  const all = loadFaults();
  const unknown =
    faults.find((name) => all.every((fault) => fault.name !== name)) ??
    families.find((family) => all.every(({ concern }) => concern !== family));
  if (unknown !== undefined)
    throw new RatchetError(
      "usage",
      `there is no planted fault or family "${unknown}" in bench/faults`,
      "--fault takes the name of a folder of bench/faults, --family one of bench/faults/families.yaml.",
    );
  return all.filter(
    ({ name, concern }) =>
      (faults.length === 0 || faults.includes(name)) && (families.length === 0 || families.includes(concern)),
  );
}

/** What is put before the model besides the task: lessons, skills, the place of the workspace. And the skills that errors bring up. */
import type { Template } from "../model/plan.ts";
import { figure, OUT, read, reading, write } from "./kit.ts";

/** A lesson of the house, which stands in the system text. */
export const houseRule: Template = {
  name: "house-rule",
  concern: "context",
  also: ["encodings"],
  make: (seed) => ({
    instruction: "write the slip for the guest of guest.txt to out.txt, as the house does it.",
    workspace: { "guest.txt": `guest ${figure(seed, "guest")}\n` },
    expected: { [OUT]: `slip-${seed % 9} ${figure(seed, "guest")} H-${40 + (seed % 9)}\n` },
    as: "bytes",
    plan: {
      told: {
        stamp: {
          in: "system",
          at: new RegExp(`^- Slips of kind ${seed % 9} bear the stamp (\\S+\\r?)$`, "m"),
        },
      },
      steps: [read("guest.txt", { guest: /guest (\d+)/ }), write(OUT, `slip-${seed % 9} {guest} {stamp}\n`)],
    },
  }),
};

/** The workspace as the system text names it. */
export const fullPath: Template = {
  name: "full-path",
  concern: "context",
  make: (seed) => ({
    instruction: "write the full path of seal.txt and its number to out.txt.",
    workspace: { "seal.txt": `seal ${figure(seed, "seal")}\n` },
    expected: { [OUT]: `/workspace/seal.txt ${figure(seed, "seal")}\n` },
    plan: {
      told: { place: { in: "system", at: /workspace is `([^`]+)`/ } },
      steps: [read("seal.txt", { seal: /seal (\d+)/ }), write(OUT, "{place}/seal.txt {seal}\n")],
    },
  }),
};

/** A skill that fits the instruction holds the mark that is asked for. */
export const handbook: Template = {
  name: "handbook",
  concern: "caching",
  make: (seed) => ({
    instruction:
      "register the parish map of map.txt in the archive of maps and write its shelf mark to out.txt.",
    workspace: { "map.txt": `map ${figure(seed, "map")}\n` },
    expected: { [OUT]: `${figure(seed, "map")} M-${60 + (seed % 9)}\n` },
    as: "bytes",
    plan: {
      told: {
        mark: { in: "system", at: new RegExp(`^Shelf mark for maps of kind ${seed % 9}: (\\S+\\r?)$`, "m") },
      },
      steps: [read("map.txt", { map: /map (\d+)/ }), write(OUT, "{map} {mark}\n")],
    },
  }),
};

/** An error brings up the skill that is about it. */
export const drawer: Template = {
  name: "drawer",
  concern: "hooks",
  also: ["caching"],
  make: (seed) => ({
    instruction: "look at plate.dat and write its drawer to out.txt.",
    workspace: { "plate.dat": `\0\0plate ${seed}`, "card.txt": `card ${figure(seed, "card")}\n` },
    expected: { [OUT]: `D-${17 + (seed % 9)} ${figure(seed, "card")}\n` },
    plan: {
      told: { drawer: { in: "context", at: new RegExp(`Tray for case c${seed % 9}: (\\S+)`) } },
      steps: [
        { actions: [reading("plate.dat"), reading("card.txt")].slice(0, 1 + (seed % 2)), answered: true },
        read("card.txt", { card: /card (\d+)/ }),
        write(OUT, "{drawer} {card}\n"),
      ],
    },
  }),
};

export const CONTEXT: readonly Template[] = [houseRule, fullPath, handbook, drawer];

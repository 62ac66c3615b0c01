/** Conversations that outgrow the context: what was done, found and asked for must outlive the cut. */
import type { Step, Template } from "../model/plan.ts";
import { bash, figure, hex, OUT, prose, read, reading, write } from "./kit.ts";

/** Too much for the context all together, each small enough to be shown whole. */
const LETTERS = ["a", "b", "c", "d", "e"];
const LETTER_BYTES = 8_500;

function letters(seed: number): Record<string, string> {
  return Object.fromEntries(
    LETTERS.map((name, i) => [
      `${name}.txt`,
      `${prose(seed * 10 + i, LETTER_BYTES)}sum ${name}: ${figure(seed, name)}\n`,
    ]),
  );
}

const readLetters: readonly Step[] = LETTERS.map((name) =>
  read(`${name}.txt`, { [name]: new RegExp(`sum ${name}: (\\d+)`) }),
);

/** The voucher is gone when its number is needed: it must be in the notes. */
export const vouchers: Template = {
  name: "vouchers",
  concern: "compaction",
  make: (seed) => ({
    instruction:
      "read the number of voucher.txt, replace its text by VOID, read the letters a to e, then write number and sums to out.txt.",
    workspace: { "voucher.txt": `voucher number ${figure(seed, "voucher")}\n`, ...letters(seed) },
    expected: {
      "voucher.txt": "VOID\n",
      [OUT]: `${["voucher", ...LETTERS].map((name) => figure(seed, name)).join("\n")}\n`,
    },
    plan: {
      steps: [
        read("voucher.txt", { voucher: /voucher number (\d+)/ }),
        write("voucher.txt", "VOID\n"),
        ...readLetters,
        write(OUT, "{voucher}\n{a}\n{b}\n{c}\n{d}\n{e}\n"),
      ],
    },
  }),
};

/** What was booked must not be booked again when nobody remembers. */
export const bookings: Template = {
  name: "bookings",
  concern: "compaction",
  make: (seed) => ({
    instruction:
      "book the two entries into book.txt, each once, then read the letters a to e and write their sums to out.txt.",
    workspace: { "book.txt": "book\n", ...letters(seed) },
    expected: {
      "book.txt": `book\nentry ${figure(seed, "one")}\nentry ${figure(seed, "two")}\n`,
      [OUT]: `${LETTERS.map((name) => figure(seed, name)).join(" ")}\n`,
    },
    plan: {
      steps: [
        { actions: [bash(`echo entry ${figure(seed, "one")} >> book.txt`)] },
        { actions: [bash(`echo entry ${figure(seed, "two")} >> book.txt`)] },
        ...readLetters,
        write(OUT, "{a} {b} {c} {d} {e}\n"),
      ],
    },
  }),
};

/** Dumps take more tokens than their length says: the server refuses what the harness thinks will fit. */
export const dumps: Template = {
  name: "dumps",
  concern: "compaction",
  make(seed) {
    const names = ["p", "q", "r"];
    return {
      instruction: "read the dumps p, q and r and write their marks to out.txt.",
      workspace: Object.fromEntries(
        names.map((name, i) => [
          `${name}.hex`,
          `${hex(seed * 10 + i, 9_000)}mark ${name}: ${figure(seed, name)}\n`,
        ]),
      ),
      expected: { [OUT]: `${names.map((name) => figure(seed, name)).join("\n")}\n` },
      plan: {
        server: { hexPerToken: 2.2, ...(seed % 2 === 0 ? { vagueOverflow: true } : {}) },
        steps: [
          ...names.map((name) => read(`${name}.hex`, { [name]: new RegExp(`mark ${name}: (\\d+)`) })),
          write(OUT, "{p}\n{q}\n{r}\n"),
        ],
      },
    };
  },
};

/** What a skill said about an error early on is needed at the very end. */
export const lateRule: Template = {
  name: "late-rule",
  concern: "compaction",
  make: (seed) => ({
    instruction:
      "look at plate.dat, read the letters a to e, then write the drawer of the plate and the sums to out.txt.",
    workspace: { "plate.dat": `\0\0plate ${seed}`, ...letters(seed) },
    expected: { [OUT]: `D-${17 + (seed % 9)}\n${LETTERS.map((name) => figure(seed, name)).join(" ")}\n` },
    plan: {
      told: { drawer: { in: "context", at: new RegExp(`Tray for case c${seed % 9}: (\\S+)`) } },
      steps: [
        { actions: [reading("plate.dat")], answered: true },
        ...readLetters,
        write(OUT, "{drawer}\n{a} {b} {c} {d} {e}\n"),
      ],
    },
  }),
};

/** A lesson of the house is needed after the cut. */
export const lateStamp: Template = {
  name: "late-stamp",
  concern: "context",
  make: (seed) => ({
    instruction:
      "read the letters a to e, then write a slip with their sums to out.txt, as the house does it.",
    workspace: letters(seed),
    expected: { [OUT]: `${LETTERS.map((name) => figure(seed, name)).join(" ")} H-${40 + (seed % 9)}\n` },
    plan: {
      told: {
        stamp: { in: "system", at: new RegExp(`^- Slips of kind ${seed % 9} bear the stamp (\\S+)`, "m") },
      },
      steps: [...readLetters, write(OUT, "{a} {b} {c} {d} {e} {stamp}\n")],
    },
  }),
};

/** Faces in the calls, where a list of them is cut. */
export const faceList: Template = {
  name: "face-list",
  concern: "encodings",
  make: (seed) => ({
    instruction: "draw the two rows of faces, then read the letters a to e and write their sums to out.txt.",
    workspace: letters(seed),
    expected: {
      "r.txt": `${FACES}\n`,
      "ro.txt": `${FACES}\n`,
      [OUT]: `${LETTERS.map((name) => figure(seed, name)).join(" ")}\n`,
    },
    plan: {
      steps: [
        write("r.txt", `${FACES}\n`),
        write("ro.txt", `${FACES}\n`),
        ...readLetters,
        write(OUT, "{a} {b} {c} {d} {e}\n"),
      ],
    },
  }),
};
const FACES = "😀".repeat(80);

export const COMPACTION: readonly Template[] = [vouchers, bookings, dumps, lateRule, lateStamp, faceList];

/** Add up a column of a large CSV file. */
import type { Chore, Family } from "../chore.ts";
import { csv, hundredths } from "../csv.ts";
import { day } from "../dates.ts";
import type { Random } from "../random.ts";
import { CITIES, FIRST_NAMES, GOODS, LAST_NAMES } from "../words.ts";

export const totals: Family = (random) => [
  sales(random("totals-sales")),
  freight(random("totals-freight")),
  hours(random("totals-hours")),
];

function sales(random: Random): Chore {
  let total = 0;
  const rows = Array.from({ length: 22_000 }, (_, at) => {
    const amount = random.next() < 0.03 ? -random.int(100, 9_000) : random.int(100, 250_000);
    total += amount;
    const note = random.next() < 0.05 ? `said "later", then paid` : "";
    const customer = `${random.pick(LAST_NAMES)}, ${random.pick(FIRST_NAMES)}`;
    return [
      String(100_000 + at),
      day(random.int(181, 272)),
      customer,
      random.pick(GOODS),
      hundredths(amount),
      note,
    ];
  });
  return {
    name: "totals-sales",
    heldOut: false,
    instruction: "Add up the amount column of sales-q3.csv and put just the number in total.txt.",
    workspace: {
      "sales-q3.csv": csv([["invoice", "date", "customer", "article", "amount", "note"], ...rows]),
    },
    truth: { "total.txt": `${hundredths(total)}\n` },
    checks: [{ file: "total.txt", equals: "total.txt", as: "number" }],
  };
}

/** As a German spreadsheet exports it: semicolons, decimal commas, CRLF. */
function freight(random: Random): Chore {
  let total = 0;
  const rows = Array.from({ length: 24_000 }, (_, at) => {
    const category = random.pick(["freight", "rent", "wages", "office", "freight insurance", "travel"]);
    const cost = random.int(500, 480_000);
    if (category === "freight") total += cost;
    const text = `${random.pick(GOODS)}, ${random.pick(CITIES)}`;
    return [String(at + 1), day(random.int(0, 300)), category, text, hundredths(cost).replace(".", ",")];
  });
  const header = ["no", "booked", "category", "text", "cost"];
  return {
    name: "totals-freight",
    heldOut: false,
    instruction:
      "How much did we spend on freight in all? It is in ledger-2026.csv, column cost, counting the rows where " +
      "category is freight. Write the figure to freight-total.txt, nothing else.",
    workspace: { "ledger-2026.csv": csv([header, ...rows], { delimiter: ";", lineEnd: "\r\n" }) },
    truth: { "total.txt": `${hundredths(total)}\n` },
    checks: [{ file: "freight-total.txt", equals: "total.txt", as: "number" }],
  };
}

/** With a byte order mark, and cells that nobody filled in. */
function hours(random: Random): Chore {
  let quarters = 0;
  const rows = Array.from({ length: 26_000 }, () => {
    const project = random.pick(["Atlas", "Borealis", "Atlas II", "Cumulus", "Delta"]);
    const worked = random.next() < 0.02 ? undefined : random.int(1, 40);
    if (project === "Atlas") quarters += worked ?? 0;
    const person = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
    return [person, day(120 + random.int(0, 30)), project, worked === undefined ? "" : String(worked / 4)];
  });
  return {
    name: "totals-hours",
    heldOut: true,
    instruction:
      "I need the sum of the hours field in timesheets/may.csv, but only the lines where project is Atlas. " +
      "Save the bare number as atlas-hours.txt please.",
    workspace: { "timesheets/may.csv": `\uFEFF${csv([["person", "day", "project", "hours"], ...rows])}` },
    truth: { "hours.txt": `${quarters / 4}\n` },
    checks: [{ file: "atlas-hours.txt", equals: "hours.txt", as: "number" }],
  };
}

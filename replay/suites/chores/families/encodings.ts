/** Sort tables that are not in UTF-8. */
import type { Chore, Family } from "../chore.ts";
import { csv } from "../csv.ts";
import { day } from "../dates.ts";
import type { Random } from "../random.ts";
import { CITIES, EASTERN_NAMES, LAST_NAMES, WESTERN_NAMES } from "../words.ts";

export const encodings: Family = (random) => [
  members(random("encodings-members")),
  customers(random("encodings-customers")),
  guests(random("encodings-guests")),
];

function members(random: Random): Chore {
  const rows = Array.from({ length: 9_000 }, (_, at) => {
    const name = `${random.pick(WESTERN_NAMES)} ${random.pick(LAST_NAMES)}`;
    return [String(at + 1), name, random.pick(CITIES), day(-random.int(0, 9_000))];
  });
  const sorted = rows.toSorted((a, b) => order(a[3], b[3]));
  const header = ["no", "name", "city", "joined"];
  return {
    name: "encodings-members",
    heldOut: false,
    instruction:
      "Sort members.csv by joined, the oldest member first (same day: leave them as they stand), and write the rows to " +
      "members-by-age.csv.",
    workspace: { "members.csv": Buffer.from(csv([header, ...rows], { lineEnd: "\r\n" }), "latin1") },
    truth: { "sorted.csv": csv([header, ...sorted]) },
    checks: [{ file: "members-by-age.csv", equals: "sorted.csv" }],
  };
}

function customers(random: Random): Chore {
  const rows = Array.from({ length: 6_500 }, (_, at) => {
    const name = `${random.pick(EASTERN_NAMES)} ${random.pick(LAST_NAMES)}`;
    return [`K-${at + 1}`, name, random.pick(CITIES), String(random.int(0, 25_000))];
  });
  const sorted = rows.toSorted((a, b) => Number(b[3]) - Number(a[3]));
  const header = ["id", "name", "city", "points"];
  return {
    name: "encodings-customers",
    heldOut: false,
    instruction:
      "Put the rows of customers.csv in order of the points column, largest first and customers with equal points in the " +
      "order they have now. Save the table as ranking.csv.",
    workspace: { "customers.csv": utf16(csv([header, ...rows], { delimiter: ";", lineEnd: "\r\n" })) },
    truth: { "sorted.csv": csv([header, ...sorted], { delimiter: ";" }) },
    checks: [{ file: "ranking.csv", equals: "sorted.csv" }],
  };
}

function guests(random: Random): Chore {
  const rows = Array.from({ length: 8_000 }, (_, at) => {
    const remark = random.next() < 0.1 ? "vegetarian, no nuts" : "";
    return [
      day(random.int(0, 364)),
      random.pick(WESTERN_NAMES),
      random.pick(LAST_NAMES),
      remark,
      String(at + 1),
    ];
  });
  const sorted = rows.toSorted((a, b) => order(b[0], a[0]));
  const header = ["arrival", "first", "last", "remark", "booking"];
  return {
    name: "encodings-guests",
    heldOut: true,
    instruction:
      "The old hotel program exported hotel/guests.csv. I would like that table sorted by arrival, newest first, into " +
      "hotel/guests-newest.csv; guests of the same day stay in the order of the export.",
    workspace: { "hotel/guests.csv": Buffer.from(csv([header, ...rows]), "latin1") },
    truth: { "sorted.csv": csv([header, ...sorted]) },
    checks: [{ file: "hotel/guests-newest.csv", equals: "sorted.csv" }],
  };
}

function order(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Little-endian with a byte order mark, as Windows programs save "Unicode". */
function utf16(text: string): Buffer {
  return Buffer.from(`\uFEFF${text}`, "utf16le");
}

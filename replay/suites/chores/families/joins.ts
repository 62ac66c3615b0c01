/** Put the columns of one table beside the rows of another. */
import type { Chore, Family } from "../chore.ts";
import { csv, hundredths } from "../csv.ts";
import { day } from "../dates.ts";
import type { Random } from "../random.ts";
import { CITIES, FIRST_NAMES, GOODS, LAST_NAMES } from "../words.ts";

export const joins: Family = (random) => [
  orders(random("joins-orders")),
  stock(random("joins-stock")),
  readings(random("joins-readings")),
];

interface Tables {
  readonly left: readonly (readonly string[])[];
  readonly right: ReadonlyMap<string, readonly string[]>;
  readonly leftHeader: readonly string[];
  /** Without the key, which is the first column of both tables. */
  readonly rightHeader: readonly string[];
}

function orders(random: Random): Chore {
  const right = new Map(
    Array.from({ length: 1_800 }, (_, at) => {
      const name = `${random.pick(LAST_NAMES)}, ${random.pick(FIRST_NAMES)}`;
      return [`C${1000 + at}`, [name, random.pick(CITIES)]];
    }),
  );
  // A few orders are of customers who left.
  const left = Array.from({ length: 30_000 }, (_, at) => [
    `C${1000 + random.int(0, 1_830)}`,
    String(at + 1),
    day(random.int(0, 200)),
    random.pick(GOODS),
    hundredths(random.int(500, 90_000)),
  ]);
  const leftHeader = ["customer_id", "order", "date", "article", "amount"];
  const tables = { left, right, leftHeader, rightHeader: ["name", "city"] };
  return chore("joins-orders", tables, {
    heldOut: false,
    instruction:
      "Join orders.csv with customers.csv on customer_id and save the result as orders-named.csv. Keep every order in " +
      "its place, also those whose customer is unknown (leave name and city empty there).",
    files: ["orders.csv", "customers.csv", "orders-named.csv"],
  });
}

function stock(random: Random): Chore {
  const right = new Map(
    Array.from({ length: 900 }, (_, at) => {
      const quoted = random.next() < 0.1 ? `${random.pick(GOODS)} 24" wide` : random.pick(GOODS);
      return [`S-${at + 1}`, [quoted, hundredths(random.int(100, 9_000))]];
    }),
  );
  const left = Array.from({ length: 7_000 }, () => [
    `S-${random.int(1, 900)}`,
    `hall ${random.int(1, 9)}, row ${random.int(1, 40)}`,
    String(random.int(0, 400)),
  ]);
  const tables = { left, right, leftHeader: ["sku", "place", "pieces"], rightHeader: ["title", "price"] };
  return chore("joins-stock", tables, {
    heldOut: false,
    instruction:
      "Each line of stock.csv has a sku. Look the sku up in articles.csv, merge the article columns in beside the stock " +
      "ones and write it all to stock-described.csv.",
    files: ["stock.csv", "articles.csv", "stock-described.csv"],
  });
}

function readings(random: Random): Chore {
  const right = new Map(
    Array.from({ length: 60 }, (_, at) => [
      `W${String(at + 1).padStart(3, "0")}`,
      [random.pick(CITIES), String(random.int(2, 2_400))],
    ]),
  );
  const left = Array.from({ length: 41_000 }, () => [
    `W${String(random.int(1, 63)).padStart(3, "0")}`,
    `${day(random.int(0, 330))}T${String(random.int(0, 23)).padStart(2, "0")}:00Z`,
    hundredths(random.int(-1_500, 3_400)),
  ]);
  const tables = {
    left,
    right,
    leftHeader: ["station", "time", "degrees"],
    rightHeader: ["town", "altitude"],
  };
  return chore("joins-readings", tables, {
    heldOut: true,
    instruction:
      "Merge readings.csv and stations.csv by station, one row per reading and in the same order, into " +
      "readings-located.csv. Where we have no such station the new columns stay blank.",
    files: ["readings.csv", "stations.csv", "readings-located.csv"],
  });
}

function chore(
  name: string,
  { left, right, leftHeader, rightHeader }: Tables,
  about: { heldOut: boolean; instruction: string; files: readonly [string, string, string] },
): Chore {
  const [leftFile, rightFile, out] = about.files;
  const nothing = rightHeader.map(() => "");
  const joined = left.map((row) => [...row, ...(right.get(row[0] ?? "") ?? nothing)]);
  const rightRows = [...right].map(([key, fields]) => [key, ...fields]);
  return {
    name,
    heldOut: about.heldOut,
    instruction: about.instruction,
    workspace: {
      [leftFile]: csv([leftHeader, ...left]),
      [rightFile]: csv([[leftHeader[0] ?? "", ...rightHeader], ...rightRows]),
    },
    truth: { [out]: csv([[...leftHeader, ...rightHeader], ...joined]) },
    checks: [{ file: out, equals: out, as: "text" }],
  };
}

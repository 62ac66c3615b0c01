/** Enter a folder of receipts into a ledger, one by one. */
import type { Chore, Family } from "../chore.ts";
import { csv, hundredths } from "../csv.ts";
import { day } from "../dates.ts";
import type { Random } from "../random.ts";
import { GOODS } from "../words.ts";

export const receipts: Family = (random) => [
  enter(random("receipts-march"), {
    name: "receipts-march",
    heldOut: false,
    instruction:
      "Go through the receipts in receipts/ one by one and enter each of them in ledger.csv: file name, date " +
      "(2026-03-14), shop and total, with a header line file,date,shop,total and in the order of the file names.",
    folder: "receipts",
    ledger: "ledger.csv",
    count: 13,
    firstDay: 59,
  }),
  enter(random("receipts-trip"), {
    name: "receipts-trip",
    heldOut: false,
    instruction:
      "I am back from a trip with a pile of bills, scanned to text in trip/bills/. Please make trip/expenses.csv from " +
      "them with the columns file,date,shop,total, a line for every bill (dates as 2026-05-02, amounts as 12.30), sorted " +
      "by file.",
    folder: "trip/bills",
    ledger: "trip/expenses.csv",
    count: 15,
    firstDay: 120,
  }),
  enter(random("receipts-club"), {
    name: "receipts-club",
    heldOut: true,
    instruction:
      "The treasurer of our club wants a book of all till slips in club/slips/ as club/book-2026.csv. One line per slip, " +
      "in file order, under the heading file,date,shop,total; ISO dates, totals with a decimal point.",
    folder: "club/slips",
    ledger: "club/book-2026.csv",
    count: 16,
    firstDay: 200,
  }),
];

interface Pile {
  readonly name: string;
  readonly heldOut: boolean;
  readonly instruction: string;
  readonly folder: string;
  readonly ledger: string;
  readonly count: number;
  readonly firstDay: number;
}

function enter(random: Random, about: Pile): Chore {
  const slips = Array.from({ length: about.count }, (_, at) => slip(random, about, at));
  const rows = slips.map(({ file, date, shop, total }) => [file, date, shop, hundredths(total)]);
  return {
    name: about.name,
    heldOut: about.heldOut,
    instruction: about.instruction,
    workspace: Object.fromEntries(slips.map(({ file, text }) => [`${about.folder}/${file}`, text])),
    truth: { "ledger.csv": csv([["file", "date", "shop", "total"], ...rows]) },
    checks: [{ file: about.ledger, equals: "ledger.csv" }],
  };
}

function slip(random: Random, { firstDay }: Pile, at: number) {
  const shop = random.pick([
    "Corner Store",
    "Books & More",
    "Café Luna",
    "Miller, Sons & Co",
    "Station Kiosk",
    "Hôtel du Lac",
  ]);
  const date = day(firstDay + random.int(0, 30));
  const items = Array.from({ length: random.int(2, 9) }, () => ({
    name: random.pick(GOODS),
    price: random.int(90, 60_000),
  }));
  const total = items.reduce((sum, { price }) => sum + price, 0);
  const style = random.pick(STYLES);
  const lines = [
    shop,
    "",
    `${style.dateLabel}${style.date(date)} ${random.int(8, 20)}:${random.int(10, 59)}`,
    "-".repeat(32),
    ...items.map(({ name, price }) => name.padEnd(22) + style.money(price).padStart(10)),
    "-".repeat(32),
    `${style.subtotal.padEnd(22)}${style.money(total - Math.round(total * 0.19)).padStart(10)}`,
    `${style.total.padEnd(22)}${style.money(total).padStart(10)}`,
    "",
    "Thank you!",
  ];
  return {
    file: `slip-${String(at + 1).padStart(3, "0")}.txt`,
    date,
    shop,
    total,
    text: `${lines.join("\n")}\n`,
  };
}

/** Tills differ: in how they write dates and amounts, and in what they call the total. */
const STYLES = [
  {
    dateLabel: "",
    date: (iso: string) => iso,
    money: (amount: number) => hundredths(amount),
    subtotal: "Subtotal",
    total: "TOTAL",
  },
  {
    dateLabel: "Date: ",
    date: (iso: string) => iso.split("-").toReversed().join("."),
    money: (amount: number) => hundredths(amount).replace(".", ","),
    subtotal: "Net",
    total: "Total EUR",
  },
  {
    dateLabel: "served ",
    date: (iso: string) => iso,
    money: (amount: number) => `€ ${hundredths(amount).replace(/\B(?=(?:\d{3})+\.)/g, ",")}`,
    subtotal: "Sub-total",
    total: "Amount due",
  },
] as const;

/** Reduce a JSON export to some of its fields. */
import type { Chore, Family } from "../chore.ts";
import { day } from "../dates.ts";
import type { Random } from "../random.ts";
import { CITIES, FIRST_NAMES, GOODS, LAST_NAMES } from "../words.ts";

export const jsonFields: Family = (random) => [
  orders(random("json-orders")),
  members(random("json-members")),
  products(random("json-products")),
];

function orders(random: Random): Chore {
  const full = Array.from({ length: 3_600 }, (_, at) => {
    const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
    const email = `${name.toLowerCase().replaceAll(" ", ".")}${at}@example.org`;
    const lines = Array.from({ length: random.int(1, 4) }, () => ({
      article: random.pick(GOODS),
      pieces: random.int(1, 9),
    }));
    return {
      id: 5_000 + at,
      placed: day(random.int(0, 300)),
      customer: { name, email },
      lines,
      total: random.int(5, 900),
    };
  });
  const slim = full.map(({ id, customer, total }) => ({ id, "customer.email": customer.email, total }));
  return {
    name: "json-orders",
    heldOut: false,
    instruction:
      "From export.json keep only the fields id, customer.email and total of each order and write them to " +
      "orders-slim.json as a plain list. The keys stay as I named them, dot and all.",
    workspace: { "export.json": JSON.stringify({ exported: day(300), orders: full }, null, 2) },
    truth: { "slim.json": JSON.stringify(slim) },
    checks: [{ file: "orders-slim.json", equals: "slim.json", as: "json" }],
  };
}

function members(random: Random): Chore {
  const full = Array.from({ length: 4_000 }, (_, at) => ({
    number: at + 1,
    name: `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`,
    // Some never told where they live.
    ...(random.next() < 0.05
      ? {}
      : { address: { street: `Lane ${random.int(1, 90)}`, city: random.pick(CITIES) } }),
    joined: day(-random.int(0, 4_000)),
    fees: Array.from({ length: 6 }, () => random.int(0, 60)),
  }));
  const slim = full.map((member) => ({
    name: member.name,
    "address.city": member.address?.city ?? null,
    joined: member.joined,
  }));
  return {
    name: "json-members",
    heldOut: false,
    instruction:
      "members.json is far too wide for the newsletter tool. Give me newsletter.json with nothing but name, " +
      "address.city and joined for every member (a list; keys written just like that; null where we do not know).",
    workspace: { "members.json": JSON.stringify(full, null, 1) },
    truth: { "slim.json": JSON.stringify(slim) },
    checks: [{ file: "newsletter.json", equals: "slim.json", as: "json" }],
  };
}

function products(random: Random): Chore {
  const full = Array.from({ length: 5_200 }, (_, at) => ({
    sku: `A-${at + 1}`,
    title: random.pick(GOODS),
    price: { amount: random.int(100, 99_900) / 100, currency: random.pick(["EUR", "CHF", "SEK"]) },
    stock: { hall: random.int(1, 9), pieces: random.int(0, 500) },
    tags: random.shuffle(["new", "sale", "heavy", "fragile", "outdoor"]).slice(0, random.int(0, 4)),
    text: `The ${random.pick(GOODS)} goes well with a ${random.pick(GOODS)} and a ${random.pick(GOODS)}.`,
  }));
  const slim = full.map(({ sku, title, price }) => ({ sku, title, "price.amount": price.amount }));
  return {
    name: "json-products",
    heldOut: true,
    instruction:
      "Reduce catalogue/products.json to a list of sku, title and price.amount (those are the keys I want to see in " +
      "every record) and store that as catalogue/short.json.",
    workspace: { "catalogue/products.json": JSON.stringify({ currency: "mixed", products: full }, null, 2) },
    truth: { "short.json": JSON.stringify(slim) },
    checks: [{ file: "catalogue/short.json", equals: "short.json", as: "json" }],
  };
}

/** Ask a local HTTP service that is busy at first. */
import type { Chore, Family } from "../chore.ts";
import { hundredths } from "../csv.ts";

export const services: Family = (random) => {
  const [prices, depot, rates] = [random("service-prices"), random("service-depot"), random("service-rates")];
  const price = hundredths(prices.int(100, 90_000));
  const pieces = depot.int(1, 900);
  const rate = (11 + rates.int(0, 9_999) / 10_000).toFixed(4);
  return [
    lookup({
      name: "service-prices",
      heldOut: false,
      instruction:
        "What does the price service at http://prices.test/v1/articles/4711 give as the price? Write just the number to " +
        "price.txt.",
      url: "http://prices.test/v1/articles/4711",
      answer: {
        article: 4711,
        title: "step ladder",
        price: Number(price),
        currency: "EUR",
        stock: prices.int(0, 90),
      },
      out: "price.txt",
      value: price,
    }),
    lookup({
      name: "service-depot",
      heldOut: false,
      instruction:
        "Ask the stock API, http://depot.test/stock/A-1734?hall=2 is the address, for the field available and save the " +
        "number in available.txt.",
      url: "http://depot.test/stock/A-1734?hall=2",
      answer: {
        sku: "A-1734",
        hall: 2,
        reserved: depot.int(1, 50),
        available: pieces,
        ordered: depot.int(1, 50),
      },
      out: "available.txt",
      value: String(pieces),
    }),
    lookup({
      name: "service-rates",
      heldOut: true,
      instruction:
        "Look up http://fx.test/rates/EUR-SEK, our exchange service, and store the rate in rate.txt. Only the value, please.",
      url: "http://fx.test/rates/EUR-SEK",
      answer: { pair: "EUR-SEK", bid: Number(rate) - 0.01, rate: Number(rate), ask: Number(rate) + 0.01 },
      out: "rate.txt",
      value: rate,
    }),
  ];
};

interface Lookup {
  readonly name: string;
  readonly heldOut: boolean;
  readonly instruction: string;
  readonly url: string;
  readonly answer: Readonly<Record<string, string | number>>;
  readonly out: string;
  readonly value: string;
}

function lookup({ name, heldOut, instruction, url, answer, out, value }: Lookup): Chore {
  const { hostname, pathname, search } = new URL(url);
  return {
    name,
    heldOut,
    instruction,
    workspace: { "README.md": `Figures that we fetch from ${hostname} go here, one file each.\n` },
    truth: {
      "value.txt": `${value}\n`,
      "service.mjs": SERVICE,
      "answers.json": `${JSON.stringify({ [pathname + search]: answer }, null, 2)}\n`,
    },
    checks: [{ file: out, equals: "value.txt", as: "number" }],
    services: [{ host: hostname, script: "service.mjs" }],
  };
}

const SERVICE = `// Answers each path with 503 twice, as a service does that is just starting, and then with its JSON.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const answers = JSON.parse(readFileSync(new URL("./answers.json", import.meta.url), "utf8"));
const asked = new Map();

createServer((request, response) => {
  const times = (asked.get(request.url) ?? 0) + 1;
  asked.set(request.url, times);
  const answer = answers[request.url];
  if (times <= 2) send(response, 503, { "retry-after": "0", "content-type": "text/plain" }, "starting up, try again\\n");
  else if (answer === undefined) send(response, 404, { "content-type": "text/plain" }, "no such thing\\n");
  else send(response, 200, { "content-type": "application/json" }, JSON.stringify(answer, null, 2));
}).listen(process.env.SOCKET);

function send(response, status, headers, body) {
  response.writeHead(status, headers);
  response.end(body);
}
`;

/** Faults that pass by themselves, and effects that must not happen twice. */
import type { ServerError, Template } from "../model/plan.ts";
import { bash, figure, OUT, read, write } from "./kit.ts";

const OVERLOADED: ServerError = { code: "overloaded", message: "Overloaded", retryable: true };

/** The server is overloaded in the middle of the work. */
export const overload: Template = {
  name: "overload",
  concern: "retry",
  make: (seed) => ({
    instruction: "read slip.txt and write its number to out.txt.",
    workspace: { "slip.txt": `slip ${figure(seed, "slip")}\n` },
    expected: { [OUT]: `${figure(seed, "slip")}\n` },
    budgets: { seconds: 15 },
    plan: {
      server: {
        errors: { [1 + (seed % 2)]: OVERLOADED },
      },
      steps: [read("slip.txt", { slip: /slip (\d+)/ }), write(OUT, "{slip}\n")],
    },
  }),
};

const DESK = `import { createServer } from "node:http";
let asked = 0;
createServer((request, response) => {
  asked += 1;
  if (asked === 1) { response.writeHead(503, { "content-type": "text/plain" }); response.end("busy"); return; }
  response.writeHead(200, { "content-type": "text/plain" });
  response.end("stock: FIGURE");
}).listen(process.env.SOCKET);
`;

/** A desk that is busy when first asked. The model takes no for an answer. */
export const busyDesk: Template = {
  name: "busy-desk",
  concern: "retry",
  make: (seed) => ({
    instruction: "ask http://desk.test/stock and write the stock to out.txt.",
    workspace: {},
    expected: { [OUT]: `${figure(seed, "stock")}\n` },
    budgets: { seconds: 15 },
    service: DESK.replace("FIGURE", String(figure(seed, "stock"))),
    plan: {
      steps: [
        {
          actions: [{ tool: "http", input: { url: `http://desk.test/stock?of=${seed}` } }],
          learn: { stock: /stock: (\d+)/ },
          tries: 1,
        },
        write(OUT, "{stock}\n"),
      ],
    },
  }),
};

/** The entry is made although the command fails afterwards: to run it again would make it twice. */
export const halfDone: Template = {
  name: "half-done",
  concern: "retry",
  make: (seed) => ({
    instruction: "enter the sum into book.txt, once, then count its lines into out.txt.",
    workspace: {},
    expected: { "book.txt": `sum ${figure(seed, "sum")}\n`, [OUT]: "1\n" },
    plan: {
      steps: [
        {
          actions: [bash(`echo sum ${figure(seed, "sum")} >> book.txt; echo "printer: timed out"; exit 1`)],
          answered: true,
        },
        { actions: [bash("wc -l < book.txt")], learn: { lines: /(\d+)/ } },
        write(OUT, "{lines}\n"),
      ],
    },
  }),
};

export const RETRY: readonly Template[] = [overload, busyDesk, halfDone];

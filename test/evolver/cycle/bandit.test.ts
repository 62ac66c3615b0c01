/** The order of paid proposers: by what is known of them, with the dice of a test. */
import { expect, test } from "vitest";
import { openAccounts } from "../../../evolver/cycle/accounts.ts";
import { drawOrder, NO_ACCOUNT, type Account } from "../../../evolver/cycle/bandit.ts";
import { random } from "../../../replay/gate/random.ts";
import { makeHome } from "../../helpers/home.ts";

function account(more: Partial<Account>): Account {
  return { ...NO_ACCOUNT, ...more };
}

/** How often each is first in a thousand draws. */
function firsts(accounts: Readonly<Record<string, Account>>): Record<string, number> {
  const dice = random("bandit");
  const arms = Object.entries(accounts).map(([name, known]) => ({ name, account: known }));
  const counts: Record<string, number> = Object.fromEntries(arms.map(({ name }) => [name, 0]));
  for (let draw = 0; draw < 1000; draw += 1) {
    const name = drawOrder(arms, dice)[0]?.name ?? "";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test("whoever has more accepted for the same money comes first nearly always", () => {
  const good = account({ attempts: 40, accepted: 30, usd: 4 });
  const bad = account({ attempts: 40, accepted: 5, usd: 4 });
  expect(firsts({ bad, good })["good"]).toBeGreaterThan(990);
});

test("a tenth of the price outweighs half the luck; seconds of trials have a price, too", () => {
  const dear = account({ attempts: 40, accepted: 20, usd: 40 });
  const cheap = account({ attempts: 40, accepted: 10, usd: 4 });
  expect(firsts({ dear, cheap })["cheap"]).toBeGreaterThan(990);
  const slow = account({ attempts: 40, accepted: 20, seconds: 40_000 });
  const quick = account({ attempts: 40, accepted: 20, seconds: 4000 });
  expect(firsts({ slow, quick })["quick"]).toBeGreaterThan(990);
});

test("nobody knows yet who is better: each is first about as often, and a fair prior is not overruled by one failure", () => {
  const counts = firsts({ a: NO_ACCOUNT, b: NO_ACCOUNT });
  expect(counts["a"]).toBeGreaterThan(430);
  expect(counts["b"]).toBeGreaterThan(430);
  const once = firsts({
    a: account({ attempts: 1, usd: 0.006 }),
    b: account({ attempts: 1, accepted: 1, usd: 0.006 }),
  });
  expect(once["a"]).toBeGreaterThan(80);
  expect(once["b"]).toBeGreaterThan(once["a"] ?? 0);
});

test("nobody waits for ever", () => {
  const good = account({ attempts: 400, accepted: 300, usd: 4 });
  const passedOver = account({ attempts: 40, usd: 40, waited: 8 });
  expect(firsts({ good, passedOver })["passedOver"]).toBe(1000);
});

test("accounts outlive the cycle, and those who are asked together are one", async () => {
  await using home = makeHome();
  const first = await openAccounts(home.store);
  first.charge("model", { usd: 0.5, seconds: 3, proposals: 2 });
  await first.attempted(["model"], ["distill", "operators"], "model");
  first.charge("distill", { seconds: 2 });
  first.charge("operators", { seconds: 4 });
  await first.attempted(["distill", "operators"], ["model"], "operators");
  expect(first.summary()).toEqual([
    { name: "model", attempts: 1, proposals: 2, accepted: 1, usd: 0.5, seconds: 3 },
    { name: "distill", attempts: 1, proposals: 0, accepted: 0, usd: 0, seconds: 2 },
    { name: "operators", attempts: 1, proposals: 0, accepted: 1, usd: 0, seconds: 4 },
  ]);
  const later = await openAccounts(home.store);
  expect(later.of(["model"])).toEqual({ attempts: 1, accepted: 1, usd: 0.5, seconds: 3, waited: 1 });
  expect(later.of(["distill", "operators"])).toEqual({
    attempts: 1,
    accepted: 1,
    usd: 0,
    seconds: 6,
    waited: 0,
  });
  expect(later.summary()).toEqual([]);
  await home.store.put("proposers", "model", { attempts: -1 });
  await expect(openAccounts(home.store)).rejects.toThrow("account of the proposer model cannot be read");
});

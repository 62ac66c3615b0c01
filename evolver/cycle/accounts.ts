/** What each proposer has tried, had accepted and cost: in this cycle, and over the agent's life. */
import { z } from "zod";
import { messageOf, RatchetError } from "../../runtime/kernel/error.ts";
import type { Store } from "../../runtime/kernel/store/store.ts";
import { NO_ACCOUNT, type Account } from "./bandit.ts";

/** Of one proposer in one cycle, as reports show it. */
export interface ProposerSummary {
  readonly name: string;
  readonly attempts: number;
  readonly proposals: number;
  readonly accepted: number;
  /** US dollars, as far as they are known. */
  readonly usd: number;
  readonly seconds: number;
}

/** Of one attempt. */
export interface Spent {
  readonly usd?: number;
  readonly seconds?: number;
  readonly proposals?: number;
}

export interface Accounts {
  /** Over the agent's life, of proposers that are always asked together. */
  of(names: readonly string[]): Account;
  charge(name: string, spent: Spent): void;
  /** Counts the attempt of those who were asked, and the wait of those who were not, and makes all of it durable. */
  attempted(
    asked: readonly string[],
    passedOver: readonly string[],
    accepted: string | undefined,
  ): Promise<void>;
  /** In the order in which they were first asked. */
  summary(): ProposerSummary[];
}

const COLLECTION = "proposers";

const Stored = z.strictObject({
  attempts: z.int().nonnegative(),
  accepted: z.int().nonnegative(),
  usd: z.number().nonnegative(),
  seconds: z.number().nonnegative(),
  waited: z.int().nonnegative(),
});

/** @throws RatchetError (infrastructure) when what the store has cannot be read */
export async function openAccounts(store: Store): Promise<Accounts> {
  const life = new Map((await store.list(COLLECTION)).map(({ key, value }) => [key, read(key, value)]));
  const cycle = new Map<string, ProposerSummary>();
  const lifeOf = (name: string): Account => life.get(name) ?? NO_ACCOUNT;
  const add = (name: string, more: Partial<Omit<ProposerSummary, "name">>): void => {
    const old = cycle.get(name) ?? { name, attempts: 0, proposals: 0, accepted: 0, usd: 0, seconds: 0 };
    cycle.set(name, {
      name,
      attempts: old.attempts + (more.attempts ?? 0),
      proposals: old.proposals + (more.proposals ?? 0),
      accepted: old.accepted + (more.accepted ?? 0),
      usd: old.usd + (more.usd ?? 0),
      seconds: old.seconds + (more.seconds ?? 0),
    });
  };
  return {
    of: (names) => together(names.map(lifeOf)),
    charge(name, spent) {
      add(name, spent);
      const { usd, seconds, ...rest } = lifeOf(name);
      life.set(name, { ...rest, usd: usd + (spent.usd ?? 0), seconds: seconds + (spent.seconds ?? 0) });
    },
    async attempted(asked, passedOver, accepted) {
      for (const name of asked) {
        const won = name === accepted ? 1 : 0;
        add(name, { attempts: 1, accepted: won });
        const old = lifeOf(name);
        life.set(name, { ...old, attempts: old.attempts + 1, accepted: old.accepted + won, waited: 0 });
      }
      for (const name of passedOver) life.set(name, { ...lifeOf(name), waited: lifeOf(name).waited + 1 });
      for (const name of [...asked, ...passedOver]) await store.put(COLLECTION, name, lifeOf(name));
    },
    summary: () => [...cycle.values()],
  };
}

function read(key: string, value: unknown): Account {
  try {
    return Stored.parse(value);
  } catch (error) {
    throw new RatchetError(
      "infrastructure",
      `the store's account of the proposer ${key} cannot be read: ${messageOf(error)}`,
      `Delete the document ${COLLECTION}/${key} to begin a new one.`,
    );
  }
}

/** They are asked in one attempt, of which at most one patch is accepted. */
function together(accounts: readonly Account[]): Account {
  const sum = (of: (account: Account) => number): number =>
    accounts.reduce((total, account) => total + of(account), 0);
  return {
    attempts: Math.max(0, ...accounts.map(({ attempts }) => attempts)),
    accepted: sum(({ accepted }) => accepted),
    usd: sum(({ usd }) => usd),
    seconds: sum(({ seconds }) => seconds),
    waited: Math.max(0, ...accounts.map(({ waited }) => waited)),
  };
}

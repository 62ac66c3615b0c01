import { describe, expect, test } from "vitest";
import { createLedger } from "../../../evolver/cycle/ledger.ts";

describe("the ledger", () => {
  test("is spent when the cap is reached, not before", () => {
    const ledger = createLedger(1);
    ledger.charge(0.6);
    expect(ledger.isSpent()).toBe(false);
    ledger.charge(0.4);
    expect(ledger.isSpent()).toBe(true);
  });

  test("an amount that is not known makes the sum unknown, and reaches any cap", () => {
    const ledger = createLedger(100);
    ledger.charge(1);
    ledger.charge(undefined);
    ledger.charge(1);
    expect(ledger.costUsd).toBeUndefined();
    expect(ledger.isSpent()).toBe(true);
  });

  test("nor is what is no number", () => {
    const ledger = createLedger(100);
    ledger.charge(Number.NaN);
    expect(ledger.isSpent()).toBe(true);
  });

  test("without a cap it is never spent", () => {
    const ledger = createLedger(undefined);
    ledger.charge(1e9);
    ledger.charge(undefined);
    expect(ledger.isSpent()).toBe(false);
  });
});

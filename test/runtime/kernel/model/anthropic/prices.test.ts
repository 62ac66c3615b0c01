import { describe, expect, test } from "vitest";
import { readCredentials } from "../../../../../runtime/kernel/model/anthropic/credentials.ts";
import { priceOf } from "../../../../../runtime/kernel/model/anthropic/prices.ts";
import { costUsd } from "../../../../../runtime/kernel/model/price.ts";
import { redactKeys } from "../../../../../runtime/kernel/model/anthropic/redact.ts";
import type { Price } from "../../../../../runtime/kernel/model/model.ts";

const usage = (input: number, output: number, read = 0, written = 0) => ({
  input_tokens: input,
  output_tokens: output,
  cache_read_input_tokens: read,
  cache_creation_input_tokens: written,
});

describe("costUsd", () => {
  const price: Price = { input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5 };

  test("charges each kind of token at its own rate", () => {
    expect(costUsd(usage(1_000_000, 0), price)).toBeCloseTo(4);
    expect(costUsd(usage(0, 1_000_000), price)).toBeCloseTo(20);
    expect(costUsd(usage(0, 0, 1_000_000), price)).toBeCloseTo(0.2);
    expect(costUsd(usage(0, 0, 0, 1_000_000), price)).toBeCloseTo(5);
    expect(costUsd(usage(1000, 200, 30_000, 4000), price)).toBeCloseTo(0.004 + 0.004 + 0.006 + 0.02);
  });

  test("charges a long prompt's rates for the whole request, cached tokens counted", () => {
    const haiku = priceOf("claude-haiku-5-5");
    if (haiku === undefined) throw new Error("no price for claude-haiku-5-5");
    expect(costUsd(usage(100_000, 1000), haiku)).toBeCloseTo(0.01 + 0.0005);
    expect(costUsd(usage(1, 1000, 100_000), haiku)).toBeCloseTo(0.000_000_5 + 0.0025 + 0.005);
  });

  test("is nothing for nothing", () => {
    expect(costUsd(usage(0, 0), price)).toBe(0);
  });
});

test("a model that is not listed has no price", () => {
  expect(priceOf("claude-opus-9")).toBeUndefined();
  expect(priceOf("qwen3-coder")).toBeUndefined();
});

describe("readCredentials", () => {
  test("takes what is set and cuts white space", () => {
    const env = {
      ANTHROPIC_API_KEY: "key\n",
      ANTHROPIC_AUTH_TOKEN: " ",
      ANTHROPIC_BASE_URL: "http://localhost:11434",
      ANTHROPIC_CUSTOM_HEADERS: "X-Team: blue\nbroken\n: none\nX-Url: http://a:1",
    };
    expect(readCredentials(env)).toEqual({
      apiKey: "key",
      baseUrl: "http://localhost:11434",
      headers: { "X-Team": "blue", "X-Url": "http://a:1" },
    });
  });

  test("is empty for an empty environment", () => {
    expect(readCredentials({})).toEqual({});
  });
});

describe("redactKeys", () => {
  test("takes a key out wherever it stands, and the longer one first", () => {
    expect(redactKeys("a=abc b=abcdef c=abc", ["abc", "abcdef"])).toBe(
      "a=[redacted] b=[redacted] c=[redacted]",
    );
  });

  test("knows the key encoded for URLs and in JSON", () => {
    expect(redactKeys('x?k=a%2Fb%22c "a/b\\"c"', ['a/b"c'])).toBe('x?k=[redacted] "[redacted]"');
  });

  test("ignores blank keys", () => {
    expect(redactKeys("a b", ["", " "])).toBe("a b");
  });
});

import { describe, expect, it } from "vitest";
import { redact, redactor } from "../../guardrails/secrets.ts";

// Put together here, so that no scanner takes this file for a leak.
const join = (...parts: string[]): string => parts.join("");
const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SECRETS: [kind: string, secret: string][] = [
  ["anthropic-key", join("sk-", "ant-api03-", "Zx9".repeat(20))],
  ["openai-key", join("sk-", "proj-", "aB3".repeat(16))],
  ["openai-key", join("sk-", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG3iJ6lM9oP2rS5u")],
  ["github-token", join("ghp", "_", "aB3dE6gH9".repeat(4))],
  ["github-token", join("github", "_pat_", "aB3dE6gH9_".repeat(6))],
  ["gitlab-token", join("glpat", "-", "aB3dE6gH9jK2mN5pQ8sT")],
  ["npm-token", join("npm", "_", "aB3dE6gH9".repeat(4))],
  ["aws-access-key", join("AKIA", "IOSFODNN7EXAMPLE")],
  ["google-key", join("AIza", "SyA1B2C3D4E5F6G7H8I9J0K1L2M3N4O5P6Q")],
  ["slack-token", join("xoxb", "-123456789012-abcdefABCDEF")],
  ["stripe-key", join("sk", "_live_", "aB3dE6gH9jK2mN5p")],
  [
    "jwt",
    join("eyJ", "hbGciOiJIUzI1NiJ9", ".eyJ", "zdWIiOiIxMjM0NTY3ODkwIn0", ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"),
  ],
];

describe("redact", () => {
  it.each(SECRETS)("takes out a %s", (kind, secret) => {
    for (const text of [secret, `key: ${secret}\n`, `{"a":"${secret}"}`, `x=${secret}&y`]) {
      const result = redact(text);
      expect(result.text).not.toContain(secret);
      expect(result.text).toContain("[redacted:");
    }
    expect(redact(`the ${secret} here`)).toEqual({ text: `the [redacted:${kind}] here`, found: [kind] });
  });

  it("takes out a private key, whole or cut off", () => {
    const begin = join("-----BEGIN RSA ", "PRIVATE KEY-----");
    const end = join("-----END RSA ", "PRIVATE KEY-----");
    expect(redact(`a\n${begin}\nMIIE\n${end}\nb`).text).toBe("a\n[redacted:private-key]\nb");
    expect(redact(`a\n${begin}\nMIIE\nabc`).text).toBe("a\n[redacted:private-key]");
  });

  it.each([
    ["password=hunter2hunter2", "password=[redacted:password]"],
    ['"db_password": "s3cretValue!"', '"db_password": "[redacted:password]"'],
    ['{\\"api_key\\":\\"a1b2c3d4e5f6\\"}', '{\\"api_key\\":\\"[redacted:password]\\"}'],
    ["export CLIENT_SECRET='abc123def456'", "export CLIENT_SECRET='[redacted:password]'"],
    ["Authorization: Bearer abc123def456ghi789", "Authorization: Bearer [redacted:authorization]"],
    ["postgres://me:pa55word@db/x", "postgres://me:[redacted:url-password]@db/x"],
    ["password: correct-horse!battery", "password: [redacted:password]"],
  ])("takes the value out of %s", (text, expected) => expect(redact(text).text).toBe(expected));

  it.each([
    ["password: string"],
    ["const token = getToken(user1)"],
    ["password=${DB_PASSWORD1}"],
    ["api_key: process.env.API_KEY1"],
    ['"password": "<your password 1>"'],
    ["max_tokens: 100000"],
    ["the secret of success: hard work"],
    ["sk-learn-contrib-package-name-that-is-long-enough"],
    ["skipped tests: 34, task-runner done"],
    ["https://example.com:8080/a@b"],
    ["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["Bearer of bad news is somebody"],
    ["AKIA is a prefix"],
    [letters],
  ])("leaves %s alone", (text) => expect(redact(text)).toEqual({ text, found: [] }));

  it("is done after one pass", () => {
    for (const [, secret] of SECRETS) {
      const once = redact(`a ${secret} password=${secret}`).text;
      expect(redact(once).text).toBe(once);
    }
  });
});

describe("redactor", () => {
  it("knows exact values, also in JSON, URLs and base64", () => {
    const secret = 'pä"ss/w o+rd';
    const clean = redactor([secret]);
    for (const spelled of [
      secret,
      JSON.stringify(secret),
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
    ]) {
      const result = clean(`x ${spelled} y`);
      expect(result.text).toContain("[redacted:known-secret]");
      expect(result.text).not.toContain(spelled);
      expect(result.found).toEqual(["known-secret"]);
    }
  });

  it("leaves nothing of a longer secret behind, and ignores what is too short to be one", () => {
    const clean = redactor(["abcdef", "abcdefghij", "ab", ""]);
    expect(clean("abcdefghij ab").text).toBe("[redacted:known-secret] ab");
  });

  it("finds the common kinds as well", () => {
    expect(redactor([])("password=hunter2hunter2").found).toEqual(["password"]);
  });
});

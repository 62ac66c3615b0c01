/**
 * The one place where the kernel reads a provider's key from the environment. Keys live in memory only: they are not
 * logged, stored, put into errors or handed to a child process.
 */

export interface Credentials {
  /** From `ANTHROPIC_API_KEY`. */
  readonly apiKey?: string;
  /** From `ANTHROPIC_AUTH_TOKEN`. */
  readonly authToken?: string;
  /** From `ANTHROPIC_BASE_URL`. */
  readonly baseUrl?: string;
  /** From `ANTHROPIC_CUSTOM_HEADERS`: one `Name: value` per line. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Reads credentials from `env`. Blank values count as absent; surrounding white space is cut. Never throws. */
export function readCredentials(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Credentials {
  const apiKey = present(env["ANTHROPIC_API_KEY"]);
  const authToken = present(env["ANTHROPIC_AUTH_TOKEN"]);
  const baseUrl = present(env["ANTHROPIC_BASE_URL"]);
  const headers = parseHeaders(env["ANTHROPIC_CUSTOM_HEADERS"] ?? "");
  return {
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(authToken === undefined ? {} : { authToken }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
  };
}

/** `undefined` for a blank value. A key read from a file often ends in a newline, which no header may contain. */
export function present(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === "" ? undefined : trimmed;
}

function parseHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).trim();
    if (name !== "") headers[name] = line.slice(colon + 1).trim();
  }
  return headers;
}

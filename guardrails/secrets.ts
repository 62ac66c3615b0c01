/** Finds secrets in text and takes them out, before anything is stored or shown. */

export interface Redacted {
  readonly text: string;
  /** Kinds of what was taken out, each once; never the secrets themselves. */
  readonly found: string[];
}

/** Replaces everything that looks like a secret by `[redacted:KIND]`. */
export function redact(text: string): Redacted {
  const found = new Set<string>();
  let result = text;
  for (const kind of KINDS) {
    if (!kind.hints.some((hint) => result.includes(hint))) continue;
    result = result.replace(kind.pattern, (...match: (string | undefined)[]) => {
      const [whole = "", before = "", secret = whole] = match;
      if (kind.plausible !== undefined && !kind.plausible(secret)) return whole;
      found.add(kind.name);
      return kind.keepsStart ? `${before}[redacted:${kind.name}]` : `[redacted:${kind.name}]`;
    });
  }
  return { text: result, found: [...found] };
}

/**
 * A `redact` that also knows exact secrets, for example the values of API keys in the environment: as they are, and
 * as they look in JSON, in URLs and in base64. Values under 6 characters are ignored, they would match everywhere.
 */
export function redactor(knownSecrets: readonly string[]): (text: string) => Redacted {
  const spellings = [...new Set(knownSecrets.filter((secret) => secret.length >= 6).flatMap(spellingsOf))];
  // The longest first, so that no secret leaves the rest of a longer one behind.
  spellings.sort((a, b) => b.length - a.length);
  return (text) => {
    let result = text;
    for (const secret of spellings) {
      if (result.includes(secret)) result = result.replaceAll(secret, "[redacted:known-secret]");
    }
    const { text: clean, found } = redact(result);
    return { text: clean, found: result === text ? found : ["known-secret", ...found] };
  };
}

/** {@link redactor} for those who only want the clean text. */
export function cleaner(knownSecrets: readonly string[]): (text: string) => string {
  const clean = redactor(knownSecrets);
  return (text) => clean(text).text;
}

interface Kind {
  readonly name: string;
  /** One of these is in every match: looking for them first is far cheaper than the pattern. */
  readonly hints: readonly string[];
  /** With `keepsStart`, group 1 stays and group 2 is the secret. */
  readonly pattern: RegExp;
  readonly keepsStart?: boolean;
  readonly plausible?: (secret: string) => boolean;
}

/** Specific before generic: the first one that matches gives the name. */
const KINDS: readonly Kind[] = [
  {
    name: "private-key",
    hints: ["PRIVATE KEY"],
    // Without its end the rest of the text is taken: half a key is a secret too.
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]*?-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|[\s\S]*$)/g,
  },
  { name: "anthropic-key", hints: ["sk-ant-"], pattern: /\bsk-ant-[A-Za-z0-9_-]{16,}/g },
  {
    name: "openai-key",
    hints: ["sk-"],
    pattern: /\bsk-(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{32,})/g,
    plausible: mixed,
  },
  {
    name: "github-token",
    hints: ["gh", "github_pat_"],
    pattern: /\b(?:gh[opsur]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})/g,
  },
  { name: "gitlab-token", hints: ["glpat-"], pattern: /\bglpat-[A-Za-z0-9_-]{20,}/g },
  { name: "npm-token", hints: ["npm_"], pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { name: "huggingface-token", hints: ["hf_"], pattern: /\bhf_[A-Za-z0-9]{30,}\b/g },
  { name: "stripe-key", hints: ["_live_", "_test_"], pattern: /\b[srp]k_(?:live|test)_[A-Za-z0-9]{16,}/g },
  { name: "aws-access-key", hints: ["AKIA", "ASIA"], pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  {
    name: "aws-secret-key",
    hints: ["aws", "AWS"],
    pattern:
      /(aws_?secret(?:_?access)?_?key(?:_?id)?\\?["']?\s*[:=]\s*\\?["']?)([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])/gi,
    keepsStart: true,
  },
  { name: "google-key", hints: ["AIza"], pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  {
    name: "google-oauth-token",
    hints: ["ya29.", "GOCSPX-"],
    pattern: /\b(?:ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,})/g,
  },
  {
    name: "slack-token",
    hints: ["xox", "xapp-"],
    pattern: /\b(?:xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{20,})/g,
  },
  {
    name: "slack-webhook",
    hints: ["hooks.slack.com"],
    pattern: /(hooks\.slack\.com\/(?:services|workflows)\/)([A-Za-z0-9/_-]{20,})/g,
    keepsStart: true,
  },
  { name: "jwt", hints: ["eyJ"], pattern: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g },
  {
    name: "authorization",
    hints: ["earer ", "asic ", "BEARER ", "BASIC "],
    pattern: /(\b(?:bearer|authorization\\?["']?\s*[:=]\s*\\?["']?basic)\s+)([A-Za-z0-9._~+/=-]{12,})/gi,
    keepsStart: true,
    plausible: mixed,
  },
  {
    name: "url-password",
    hints: ["://"],
    pattern: /(:\/\/[^\s/:@"'<>]{0,100}:)([^\s/@"'<>]{3,200})(?=@)/g,
    keepsStart: true,
    plausible: notAPlaceholder,
  },
  {
    name: "password",
    hints: ["ass", "ASS", "ecret", "ECRET", "oken", "OKEN", "ey", "EY", "redential", "REDENTIAL"],
    pattern:
      /((?:passw(?:or)?d|passphrase|secret|token|credentials?|(?:api|access|secret|private|auth|encryption|signing|account)[_-]?key)\\?["']?\s*(?:=>|:=|[:=])\s*\\?["'`]?)([^\s"'`,;<>\\]{8,500})/gi,
    keepsStart: true,
    plausible: (secret) =>
      (mixed(secret) || /[A-Za-z].*[!@#$%^&*+?~]/.test(secret)) && notAPlaceholder(secret),
  },
];

/** Words of code and prose have letters only; secrets mix. */
function mixed(secret: string): boolean {
  return /[A-Za-z]/.test(secret) && /[0-9]/.test(secret) && secret.length >= 8;
}

function notAPlaceholder(secret: string): boolean {
  return !/^[$%{[(<*.]|^\[redacted:|\(|process\.env|environ|example|placeholder|changeme|your[_-]|x{4}|\*{3}|\$\{|\{\{/i.test(
    secret,
  );
}

function spellingsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret).toString("base64");
  return [
    secret,
    json,
    encodeURIComponent(secret),
    base64,
    base64.replace(/=+$/, ""),
    Buffer.from(secret).toString("base64url"),
  ];
}

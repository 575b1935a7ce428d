import type { McpConsoleOptions } from './mcp-console.options.js';

/** Parts of names that say that a value is secret, in the form that {@link plain} gives to names. */
const SECRET_NAMES = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'authorization',
  'cookie',
  'credential',
  'apikey',
  'accesskey',
  'privatekey',
];

/** Members of the protocol, which are called like secrets and are none. */
const PROTOCOL_NAMES = new Set(['progressToken', 'maxTokens']);

/** What is secret wherever it stands: credentials of a header, and JWTs. */
const SECRET_TEXT = /\b(?:Bearer|Basic) [\w.~+/=-]{8,}|\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g;

const HIDDEN = '[hidden]';
/** Longer texts are cut, deeper values left out: what is shown is to be read by a person. */
const MAX_TEXT = 8_192;
const MAX_DEPTH = 64;

/** Takes out of messages what nobody but their parties should see. */
export class Redaction {
  private readonly names: readonly string[];
  private readonly assignments: RegExp;
  private readonly choose?: (message: Readonly<Record<string, unknown>>) => object;

  constructor(redact: NonNullable<McpConsoleOptions['redact']>) {
    this.names =
      typeof redact === 'function' ? SECRET_NAMES : [...SECRET_NAMES, ...redact.map(plain).filter(Boolean)];
    this.assignments = assignmentsOf(this.names);
    if (typeof redact === 'function') this.choose = redact;
  }

  /**
   * What is shown of a message.
   *
   * @throws whatever the function of the options throws
   */
  shown(message: object): object {
    const shown = this.object(message, 0) as Record<string, unknown>;
    return this.choose ? this.choose(shown) : shown;
  }

  private value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value, depth);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MAX_DEPTH) return '[too deep]';
    return Array.isArray(value)
      ? value.map((item) => this.value(item, depth + 1))
      : this.object(value, depth + 1);
  }

  private object(object: object, depth: number): object {
    return Object.fromEntries(
      Object.entries(object).map(([name, value]) => [
        name,
        this.isSecret(name, value) ? HIDDEN : this.value(value, depth),
      ]),
    );
  }

  /** Structured results stand in messages a second time, as text. */
  private text(text: string, depth: number): string {
    const inner = parsedObject(text);
    const shown = inner ? JSON.stringify(this.value(inner, depth)) : this.prose(text);
    const rest = shown.length - MAX_TEXT;
    return rest > 0 ? `${shown.slice(0, MAX_TEXT)}… (${rest} more characters)` : shown;
  }

  private prose(text: string): string {
    return text.replace(SECRET_TEXT, HIDDEN).replace(this.assignments, `$1${HIDDEN}`);
  }

  private isSecret(name: string, value: unknown): boolean {
    if (value === null || typeof value === 'boolean' || PROTOCOL_NAMES.has(name)) return false;
    const own = plain(name);
    return this.names.some((secret) => own.includes(secret));
  }
}

/** A name without what spellings differ in: `X-Api-Key`, `api_key` and `apiKey` are one. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** What texts assign to names that are secret: `password=…`, `token: …`, `"api_key": "…"`. */
function assignmentsOf(names: readonly string[]): RegExp {
  const spellings = names.map((name) => [...name].join('[-_]?'));
  return new RegExp(
    `((?:${spellings.join('|')})[\\w-]{0,32}["']?\\s{0,3}[:=]\\s{0,3}["']?)[^\\s"',;&<>]+`,
    'giu',
  );
}

function parsedObject(text: string): object | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

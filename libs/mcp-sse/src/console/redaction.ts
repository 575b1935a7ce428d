import type { McpConsoleOptions } from './mcp-console.options.js';
import { SecretText } from './secret-text.js';

/** A member whose name contains one of these is secret. Spelled as `plain` returns names. */
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
  'requeststate',
];

/** Members of the protocol that are named like secrets but are not. */
const PROTOCOL_NAMES = new Set(['progressToken', 'maxTokens']);

const HIDDEN = '[hidden]';

/** Longer texts are cut and deeper values omitted, since a person reads the result. */
const MAX_TEXT = 8_192;
const MAX_NAME = 256;
const MAX_DEPTH = 64;
/** A longer JSON text is omitted. It cannot be cut, as the cut could separate a secret from its name. */
const MAX_JSON_TEXT = 256 * 1024;
/** A message with more members, or more characters to examine, is not shown. */
const MAX_MEMBERS = 10_000;
const MAX_CHARACTERS = 1024 * 1024;

/** Hides secrets in messages. The work per message is bounded. */
export class Redaction {
  private readonly names: readonly string[];
  private readonly secrets: SecretText;
  private readonly choose?: (message: Readonly<Record<string, unknown>>) => object;

  constructor(redact: NonNullable<McpConsoleOptions['redact']>) {
    this.names =
      typeof redact === 'function' ? SECRET_NAMES : [...SECRET_NAMES, ...redact.map(plain).filter(Boolean)];
    this.secrets = new SecretText(this.names);
    if (typeof redact === 'function') this.choose = redact;
  }

  /**
   * Returns the message as the console shows it.
   *
   * @throws {TooLargeToShowError}
   * @throws whatever the option `redact` throws
   */
  shown(message: object): object {
    const shown = this.object(message, 0, new Budget()) as Record<string, unknown>;
    return this.choose ? this.choose(shown) : shown;
  }

  private value(value: unknown, depth: number, budget: Budget): unknown {
    if (typeof value === 'string') return this.text(value, depth, budget);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > MAX_DEPTH) return '[too deep]';
    if (!Array.isArray(value)) return this.object(value, depth + 1, budget);
    budget.takeMembers(value.length);
    return value.map((item) => this.value(item, depth + 1, budget));
  }

  private object(object: object, depth: number, budget: Budget): object {
    const names = Object.keys(object);
    budget.takeMembers(names.length);
    const members = names.map((name) => {
      const value = (object as Record<string, unknown>)[name];
      const shown = this.isSecret(name, value) ? HIDDEN : this.value(value, depth, budget);
      return [this.cut(name, MAX_NAME, budget), shown] as const;
    });
    return Object.fromEntries(members);
  }

  /** Redacts JSON inside of text as well: tools send structured results a second time as text. */
  private text(text: string, depth: number, budget: Budget): string {
    if (!/^\s*[{[]/.test(text)) return this.cut(text, MAX_TEXT, budget);
    if (text.length > MAX_JSON_TEXT) return `[${text.length} characters, too many to show]`;
    budget.takeCharacters(text.length);
    const inner = parsed(text);
    if (inner === undefined) return this.cut(text, MAX_TEXT, budget);
    const shown = JSON.stringify(this.value(inner, depth + 1, budget));
    const rest = shown.length - MAX_TEXT;
    return rest > 0 ? `${shown.slice(0, MAX_TEXT)}${more(rest)}` : shown;
  }

  /** Cuts the text before searching it for secrets, so that a long text costs no more than a short one. */
  private cut(text: string, length: number, budget: Budget): string {
    const rest = text.length - length;
    if (rest <= 0) {
      budget.takeCharacters(text.length);
      return this.secrets.hide(text, false);
    }
    budget.takeCharacters(length);
    return `${this.secrets.hide(text.slice(0, length), true)}${more(rest)}`;
  }

  /** A name that is too long to examine counts as secret. */
  private isSecret(name: string, value: unknown): boolean {
    if (value === null || typeof value === 'boolean' || PROTOCOL_NAMES.has(name)) return false;
    if (name.length > MAX_NAME) return true;
    const own = plain(name);
    return this.names.some((secret) => own.includes(secret));
  }
}

/** The members and characters of one message that may still be examined. */
class Budget {
  private members = MAX_MEMBERS;
  private characters = MAX_CHARACTERS;

  /** @throws {TooLargeToShowError} */
  takeMembers(count: number): void {
    this.members -= count;
    if (this.members < 0) throw new TooLargeToShowError();
  }

  /** @throws {TooLargeToShowError} */
  takeCharacters(count: number): void {
    this.characters -= count;
    if (this.characters < 0) throw new TooLargeToShowError();
  }
}

function more(characters: number): string {
  return `… (${characters} more characters)`;
}

/** Normalizes a name: `X-Api-Key`, `x_api_key` and `xApiKey` become `xapikey`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** @returns undefined if the text is not JSON */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A message has more members or characters than the console examines. */
export class TooLargeToShowError extends Error {}

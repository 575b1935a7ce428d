import type { McpConsoleOptions } from './mcp-console.options.js';
import { SecretText } from './secret-text.js';
import { TooLargeToShowError } from './too-large-to-show.error.js';

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

const HIDDEN = '[hidden]';

/** Longer texts are cut, and deeper values left out: a person reads what is shown. */
const MAX_TEXT = 8_192;
const MAX_NAME = 256;
const MAX_DEPTH = 64;
/** A longer JSON text is left out. It cannot be cut: the names that say what is secret may stand before the cut. */
const MAX_JSON_TEXT = 256 * 1024;
/** Of a message that has more, nothing is shown. Characters are those that are looked at. */
const MAX_MEMBERS = 10_000;
const MAX_CHARACTERS = 1024 * 1024;

/** Takes out of messages what nobody but their parties should see. Its work on one message is bounded. */
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
   * What is shown of a message.
   *
   * @throws {TooLargeToShowError}
   * @throws whatever the function of the options throws
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

  /** Structured results stand in messages a second time, as text. */
  private text(text: string, depth: number, budget: Budget): string {
    if (!/^\s*[{[]/.test(text)) return this.cut(text, MAX_TEXT, budget);
    if (text.length > MAX_JSON_TEXT) return `[${text.length} characters, too many to be shown]`;
    budget.takeCharacters(text.length);
    const inner = parsed(text);
    if (inner === undefined) return this.cut(text, MAX_TEXT, budget);
    const shown = JSON.stringify(this.value(inner, depth + 1, budget));
    const rest = shown.length - MAX_TEXT;
    return rest > 0 ? `${shown.slice(0, MAX_TEXT)}${more(rest)}` : shown;
  }

  /** Cuts a text before it looks for secrets, so that a long one costs no more than a short one. */
  private cut(text: string, length: number, budget: Budget): string {
    const rest = text.length - length;
    if (rest <= 0) {
      budget.takeCharacters(text.length);
      return this.secrets.hide(text, false);
    }
    budget.takeCharacters(length);
    return `${this.secrets.hide(text.slice(0, length), true)}${more(rest)}`;
  }

  /** A name that is too long to be looked at may be anything. */
  private isSecret(name: string, value: unknown): boolean {
    if (value === null || typeof value === 'boolean' || PROTOCOL_NAMES.has(name)) return false;
    if (name.length > MAX_NAME) return true;
    const own = plain(name);
    return this.names.some((secret) => own.includes(secret));
  }
}

/** What may still be looked at of one message. */
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

/** A name without what spellings differ in: `X-Api-Key`, `api_key` and `apiKey` are one. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

/** @returns undefined for what is not JSON */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

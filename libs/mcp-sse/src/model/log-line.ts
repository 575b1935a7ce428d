import { inspect } from 'node:util';

/**
 * A log line with fields. Loggers that write JSON, such as Nest's own or pino, write the fields. Loggers that write
 * text write the text.
 */
export class LogLine {
  readonly #text: string;

  /**
   * @param text for people
   * @param fields for machines
   */
  constructor(text: string, fields: object) {
    this.#text = text;
    Object.assign(this, fields);
  }

  toString(): string {
    return this.#text;
  }

  [inspect.custom](): string {
    return this.#text;
  }
}

/** Control characters, line and paragraph separators, and characters that change the direction of text. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Escapes a client's text for a log line, so that it cannot start a line, move the cursor or hide text. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

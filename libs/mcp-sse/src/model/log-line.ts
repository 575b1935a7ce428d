import { inspect } from 'node:util';

/**
 * A line of the log with fields: loggers that write JSON have them, Nest's own and others such as pino; those that write
 * text have the text.
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

/** Control characters, line and paragraph separators, and what turns the direction of text. */
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text of a client as one line of a log: nothing in it starts a line, moves a cursor or hides what is around it. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

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

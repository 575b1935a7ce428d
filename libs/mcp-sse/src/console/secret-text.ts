const HIDDEN = '[hidden]';

/** The value after a secret name: a quoted text, also within escaped JSON, or one word. */
const VALUE = String.raw`(?:\\{1,3}"[^"]*"?|"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?|[^\s"',;&<>]+)`;

/** Schemes of HTTP authentication with their credentials. */
const CREDENTIALS = /\b(?:[Bb]earer|Basic)\s{1,4}[\w.~+/=-]{8,}/g;

/** Headers whose credentials may have any form; hidden up to the end of the line. */
const HEADERS = /((?:authorization|cookie)\s{0,3}:\s{0,3})[^\r\n"'<>]+/gi;

/**
 * Signed and encrypted tokens: three to five parts, the first of which is a JSON object in base64url. Matches only at the
 * start of a word; otherwise each `eyJ` in a long word would be scanned to the word's end.
 */
const JSON_WEB_TOKEN = /(?<![\w-])((?:(?!eyJ)[\w-])*)eyJ[\w-]{5,}(?:\.[\w-]*){2,4}/g;

/** The start of such a token or credential, at the end of a text that was cut. */
const CUT_TOKEN =
  /(?:(?<![\w-])(?:(?!eyJ)[\w-])*eyJ[\w-]*(?:\.[\w-]*){0,4}|\b(?:Bearer|Basic)\s{1,4}[\w.~+/=-]*)$/i;

/** Finds secrets in text. Every pattern takes linear time. */
export class SecretText {
  private readonly assignments: RegExp;

  /** @param names names of secrets, in lower case and without punctuation */
  constructor(names: readonly string[]) {
    const spellings = names.map((name) => [...name].join('[-_]?'));
    this.assignments = new RegExp(
      String.raw`((?:${spellings.join('|')})[\w-]{0,32}\\{0,3}["']?\s{0,3}[:=]\s{0,3})${VALUE}`,
      'giu',
    );
  }

  /** @param isCut whether the text was cut, so that its end may be the start of a secret */
  hide(text: string, isCut: boolean): string {
    const whole = isCut ? text.replace(CUT_TOKEN, HIDDEN) : text;
    return whole
      .replace(CREDENTIALS, HIDDEN)
      .replace(JSON_WEB_TOKEN, `$1${HIDDEN}`)
      .replace(HEADERS, `$1${HIDDEN}`)
      .replace(this.assignments, `$1${HIDDEN}`);
  }
}

const HIDDEN = '[hidden]';

/** What follows a name that is secret: a quoted text to its end, in JSON that stands in JSON too, or one word. */
const VALUE = String.raw`(?:\\{1,3}"[^"]*"?|"(?:[^"\\]|\\[^])*"?|'(?:[^'\\]|\\[^])*'?|[^\s"',;&<>]+)`;

/** Schemes of HTTP authentication with what they carry. */
const CREDENTIALS = /\b(?:[Bb]earer|Basic)\s{1,4}[\w.~+/=-]{8,}/g;

/** Headers that carry credentials in forms of their own, to the end of their line. */
const HEADERS = /((?:authorization|cookie)\s{0,3}:\s{0,3})[^\r\n"'<>]+/gi;

/**
 * Signed and encrypted tokens: three to five parts, the first of which is a JSON object in base64url. It matches from
 * the beginning of a word only, or each `eyJ` of a long word would be looked at to the word's end.
 */
const JSON_WEB_TOKEN = /(?<![\w-])((?:(?!eyJ)[\w-])*)eyJ[\w-]{5,}(?:\.[\w-]*){2,4}/g;

/** What may be the beginning of one of these, at the end of a text that is cut. */
const CUT_TOKEN =
  /(?:(?<![\w-])(?:(?!eyJ)[\w-])*eyJ[\w-]*(?:\.[\w-]*){0,4}|\b(?:Bearer|Basic)\s{1,4}[\w.~+/=-]*)$/i;

/** Finds secrets in prose. Every pattern takes time in proportion to the text, whatever that is. */
export class SecretText {
  private readonly assignments: RegExp;

  /** @param names that are secret, in lower case and without punctuation */
  constructor(names: readonly string[]) {
    const spellings = names.map((name) => [...name].join('[-_]?'));
    this.assignments = new RegExp(
      String.raw`((?:${spellings.join('|')})[\w-]{0,32}\\{0,3}["']?\s{0,3}[:=]\s{0,3})${VALUE}`,
      'giu',
    );
  }

  /** @param isCut whether the text goes on, so that a secret may begin in it and not end */
  hide(text: string, isCut: boolean): string {
    const whole = isCut ? text.replace(CUT_TOKEN, HIDDEN) : text;
    return whole
      .replace(CREDENTIALS, HIDDEN)
      .replace(JSON_WEB_TOKEN, `$1${HIDDEN}`)
      .replace(HEADERS, `$1${HIDDEN}`)
      .replace(this.assignments, `$1${HIDDEN}`);
  }
}

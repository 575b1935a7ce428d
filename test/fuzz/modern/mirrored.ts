/** Values that may stand in a header as they are. */
const PLAIN = /^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/;
const ENCODED = /^=\?base64\?((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)\?=$/;

/** The parameter that `Mcp-Name` repeats. */
export const NAMED: ReadonlyMap<unknown, 'name' | 'uri'> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

/** Whether a header can say a value without encoding. */
export function isPlain(value: string): boolean {
  return PLAIN.test(value) && !value.startsWith('=?base64?');
}

/** A value as a header has it, in Base64 where it must be. */
export function inHeader(value: string): string {
  return isPlain(value) ? value : inBase64(value);
}

export function inBase64(value: string): string {
  return `=?base64?${Buffer.from(value).toString('base64')}?=`;
}

/** What the value of a header says; undefined if it is malformed. */
export function said(header: string): string | undefined {
  if (!header.startsWith('=?base64?')) return header;
  const base64 = ENCODED.exec(header)?.[1];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString();
}

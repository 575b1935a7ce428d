/** Cuts text that a client has chosen to a length, in characters. */
export function clip(text: string, maxLength: number): string {
  return text.length > maxLength ? `${beginningOf(text, maxLength)}…` : text;
}

/** The first characters of a text. A copy: a slice would keep the whole text in memory. */
export function beginningOf(text: string, length: number): string {
  if (text.length <= length) return text;
  return Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le');
}

/** How many of many problems a message tells. */
export const MAX_TOLD = 20;
/** How many characters of each it tells. */
export const MAX_TOLD_LENGTH = 1_000;

/**
 * One sentence of many: the first few, each cut to a bearable length, and how many more there are.
 *
 * @param describe called for those that are told only
 * @param more how many there are besides `all`
 */
export function tellFew<T>(all: readonly T[], describe: (one: T) => string, more = 0): string {
  const told = all.slice(0, MAX_TOLD).map((one) => clip(describe(one), MAX_TOLD_LENGTH));
  const rest = all.length - told.length + more;
  if (rest > 0) told.push(`and ${rest.toLocaleString('en')} more`);
  return told.join('; ');
}

/** Cuts text to a number of characters. */
export function clip(text: string, maxLength: number): string {
  return text.length > maxLength ? `${beginningOf(text, maxLength)}…` : text;
}

/** Copies the first characters of a text: a slice would keep the whole text in memory. */
export function beginningOf(text: string, length: number): string {
  if (text.length <= length) return text;
  return Buffer.from(text.slice(0, length), 'utf16le').toString('utf16le');
}

/** Maximum number of problems that one message lists. */
export const MAX_TOLD = 20;
/** Maximum length of each, in characters. */
export const MAX_TOLD_LENGTH = 1_000;

/**
 * Lists the first few of many items, each cut to a length, and says how many more there are.
 *
 * @param describe called only for the items that are listed
 * @param more how many items there are besides `all`
 */
export function tellFew<T>(all: readonly T[], describe: (one: T) => string, more = 0): string {
  const told = all.slice(0, MAX_TOLD).map((one) => clip(describe(one), MAX_TOLD_LENGTH));
  const rest = all.length - told.length + more;
  if (rest > 0) told.push(`and ${rest.toLocaleString('en')} more`);
  return told.join('; ');
}

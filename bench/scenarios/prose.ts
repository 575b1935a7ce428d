const LINE = 'The quick brown fox said "jump" over the lazy dog while the band kept playing\n';

/** Text as in a file: the odd quote, and a new line every 80 characters. */
export function prose(length: number): string {
  return LINE.repeat(Math.ceil(length / LINE.length)).slice(0, length);
}

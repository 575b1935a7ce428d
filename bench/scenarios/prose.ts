const LINE = 'The quick brown fox said "jump" over the lazy dog while the band kept playing\n';

/** Text like that of a file: occasional quotes, and a line break every 80 characters. */
export function prose(length: number): string {
  return LINE.repeat(Math.ceil(length / LINE.length)).slice(0, length);
}

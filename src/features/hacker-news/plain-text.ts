const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** Converts the HTML of stories and comments to text. Keeps paragraphs, and replaces links by their addresses. */
export function plainText(html: string): string {
  return (
    html
      .replaceAll(/<p>|<br\s*\/?>/gi, (tag) => (/^<p/i.test(tag) ? '\n\n' : '\n'))
      // The text of a link is its address, cut short.
      .replaceAll(/<a\s[^<>]*?href="([^"<>]*)"[^<>]*>[^<]*<\/a>/gi, '$1')
      .replaceAll(/<[^<>]*>/g, '')
      // Last, so that an escaped tag is not removed as one.
      .replaceAll(
        /&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,4});/gi,
        (whole, name: string) => decoded(name) ?? whole,
      )
      .trim()
  );
}

function decoded(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** Words that say nothing about what a tool does. */
const STOP_WORDS = new Set(
  (
    'a an and any are as at be by can do does for from how i if in into is it its me my need of on or our please so some ' +
    'that the their then there these this to use used using want was we what when where which will with would you your'
  ).split(' '),
);

/** Where a word of `camelCase` begins, and the last capital of `HTTPServer`. */
const HUMPS = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu;
const NOT_IN_WORDS = /[^\p{L}\p{M}\p{N}]+/u;

/** Scripts that put no spaces between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
let segmenter: Intl.Segmenter | undefined;

/** The terms of a text or a name: `listOpenOrders` and `list_open_orders` have the terms `list`, `open` and `order`. */
export function searchTerms(text: string): string[] {
  const words = text.normalize('NFKC').replace(HUMPS, ' ').toLowerCase().split(NOT_IN_WORDS);
  const terms = words.flatMap((word) => (UNSPACED.test(word) ? segmentsOf(word) : word));
  return terms.filter((term) => term !== '' && !STOP_WORDS.has(term)).map(stem);
}

function segmentsOf(text: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'word' });
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** Endings of English by which the same word differs: `merge`, `merges`, `merged` and `merging` have the stem `merg`. */
const ENDINGS = [/(?<=...[^s])s$/, /(?<=...)(?:ing|ed)$/, /(?<=...)e$/] as const;

function stem(word: string): string {
  const cut = ENDINGS.reduce((rest, ending) => rest.replace(ending, ''), word);
  return cut.replace(/(?<=..)y$/, 'i');
}

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

/** The terms of a text or a name: `listOpenOrders` and `list_open_orders` have `list`, `open` and `order`. */
export function searchTerms(text: string): string[] {
  const words = text.normalize('NFKC').replace(HUMPS, ' ').toLowerCase().split(NOT_IN_WORDS);
  return words.filter((word) => word !== '' && !STOP_WORDS.has(word)).map(singular);
}

/** Of English plurals; what else ends in an s loses it everywhere alike. */
function singular(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

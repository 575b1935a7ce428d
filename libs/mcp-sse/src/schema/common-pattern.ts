/** What RE2 has no word for: look-around, back references, named groups, and escapes of ECMA-262 alone. */
const ECMA_ALONE = /\\.|\(\?(?!:)|\[\^?\]/gs;
const ESCAPES_IN_BOTH = /^\\(?:[dDwWsSbBnrtfv]|[^\w\s])$/;
/** The most repetitions that RE2 takes. */
const MAX_REPETITIONS = 1_000;

/**
 * Whether a pattern means the same in ECMA-262 and in RE2, which the constrained decoders of models use.
 *
 * @see https://json-schema.org/draft/2020-12/json-schema-core#section-6.4
 */
export function isCommonPattern(pattern: string): boolean {
  const hasOwnWords = [...pattern.matchAll(ECMA_ALONE)].some(([word]) => !ESCAPES_IN_BOTH.test(word));
  return !hasOwnWords && !repetitions(pattern).some((count) => count > MAX_REPETITIONS);
}

function repetitions(pattern: string): number[] {
  return [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, from, to]) => [
    Number(from),
    Number(to ?? 0),
  ]);
}

/** @returns the candidates that differ least from what was written, by edits of a character; none that differ much */
export function nearest(
  written: string,
  candidates: readonly string[],
  key = (name: string) => name,
): string[] {
  const edits = candidates.map((candidate) =>
    editsBetween(written.toLowerCase(), key(candidate).toLowerCase()),
  );
  const fewest = Math.min(...edits);
  if (fewest > Math.max(1, Math.floor(written.length / 3))) return [];
  return candidates.filter((_, index) => edits[index] === fewest);
}

/** The Levenshtein distance. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [at, character] of [...a].entries()) {
    const next = [at + 1];
    for (let index = 1; index <= b.length; index++) {
      const replaced = row[index - 1]! + (character === b[index - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[index]! + 1, next[index - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Three digits that count, and no more than two behind the point. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 10 ? 1 : 2).replace(/^-(0\.00)$/, '$1');
}

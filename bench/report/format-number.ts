/** Three significant digits, and at most two decimals. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 10 ? 1 : 2).replace(/^-(0\.00)$/, '$1');
}

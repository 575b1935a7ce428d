/** When clients are to come back whose streams are ended, in milliseconds: not all at once. */
export function retryMs(): number {
  return Math.ceil(Math.random() * 1_000);
}

/** What a node may be late by, or Redis away for, before a session counts as forgotten. */
const MARGIN_MS = 5_000;

/** How often its owner renews a session, in milliseconds. */
export function renewalMs(graceMs: number): number {
  return Math.max(1_000, graceMs / 2);
}

/** How long what is stored of a session outlives its last renewal: its grace at least. Milliseconds. */
export function sessionTtlMs(graceMs: number): number {
  return Math.ceil(graceMs + renewalMs(graceMs) + MARGIN_MS);
}

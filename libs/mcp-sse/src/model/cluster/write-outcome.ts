/**
 * `fenced` when another node has the session, or had it and has removed it; `missing` when the store has lost it.
 * Nothing is changed then.
 */
export type WriteOutcome = 'ok' | 'fenced' | 'missing';

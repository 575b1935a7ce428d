import type { ServerResponse } from 'node:http';
import { principalKey } from '../../model/principal.js';
import type { RemoteSession } from '../../cluster/remote-session.js';
import type { MemoryAccount } from '../../streaming/memory-account.js';
import type { MemoryBudget } from '../../streaming/memory-budget.js';

/**
 * The account of a response with what a session of another node sends. To get memory back, the response is dropped:
 * its client finds what it missed in the session's log.
 */
export function edgeAccount(
  budget: MemoryBudget,
  { record }: RemoteSession,
  response: ServerResponse,
): MemoryAccount {
  const account = budget.open(principalKey(record.principal), {
    trim: () => undefined,
    cut: () => response.destroy(),
  });
  if (response.destroyed) account.close();
  else response.once('close', () => account.close());
  return account;
}

import type { Id } from './acceptable.js';
import { cancellation } from './messages.js';
import type { FuzzPeer } from './peer.js';
import type { FuzzServer } from './fuzz-server.js';
import type { Visit } from './visit.js';

/**
 * Plays a visit, with many concurrent messages.
 *
 * @returns the number of answers
 * @throws {Error} listing the faults
 */
export async function play(peer: FuzzPeer, { steps, farewell }: Visit, server: FuzzServer): Promise<number> {
  const hanging: Id[] = [];
  for (const step of steps) {
    if (step.does === 'disturb') peer.misbehave(step.how);
    else {
      const { outgoing, pauseMs } = step;
      if (outgoing.hangs !== undefined) hanging.push(outgoing.hangs);
      peer.send(outgoing);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  if (farewell === 'abrupt') await peer.leave();
  else {
    await peer.flushed();
    await (farewell === 'ended' ? endSession(peer, server) : settle(peer, hanging));
  }
  peer.ledger.assertSound();
  return peer.ledger.answers;
}

async function endSession(peer: FuzzPeer, server: FuzzServer): Promise<void> {
  server.sessions.close(peer.sessionId);
  await peer.ended();
  await peer.ledger.settled();
}

async function settle(peer: FuzzPeer, hanging: readonly Id[]): Promise<void> {
  for (const id of hanging) peer.send(cancellation(id));
  await peer.flushed();
  await peer.ledger.settled();
  // A repeated answer would have arrived before the answer to this request.
  peer.send(peer.ping());
  await peer.flushed();
  await peer.ledger.settled();
  await peer.leave();
}

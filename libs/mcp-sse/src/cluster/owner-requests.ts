import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterNode } from '../model/cluster/mcp-cluster.js';
import type { SessionOwner } from '../model/cluster/session-log.js';
import type { SessionRecord } from '../model/cluster/session-record.js';
import { ClusterUnavailableError, NodeGoneError } from '../model/errors/cluster.errors.js';
import { retry } from '../model/retry.js';
import { SessionClosedError, SessionMovedError } from '../sessions/session.errors.js';
import type { SessionMessage, ToldMessage } from './cluster-message.js';
import { KnownSessions } from './known-sessions.js';
import { isEnvelopeOf } from './read-message.js';
import { restoredError } from './relayed-error.js';

/** How long a request is held while no node answers for its session. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 50;

/** What asking needs from this node. */
export interface AskingNode {
  /** Whether it takes over no more sessions. */
  readonly isLeaving: boolean;
  owns(id: string): boolean;
  /** Answers for a session of this node. Returns a promise, or the answer. */
  answerOwn(message: SessionMessage): unknown;
  /** Takes over a session whose owner is dead, unless another node does. */
  adopt(id: string, from: SessionOwner): Promise<void>;
  /** Reports a message of another node that cannot be read. */
  unreadable<E extends Error>(ErrorClass: new () => E): E;
}

/** Finds the owners of sessions, and asks them. */
export class OwnerRequests {
  private readonly known = new KnownSessions();

  constructor(
    private readonly node: ClusterNode,
    private readonly host: AskingNode,
  ) {}

  /**
   * Asks the owner of a session. When it is dead, this node adopts the session.
   *
   * @throws {SessionClosedError} when there is no such session
   * @throws {ClusterUnavailableError} when nobody answers
   * @throws as the session does
   */
  async ask(message: SessionMessage): Promise<unknown> {
    try {
      return await this.askOnce(message);
    } catch (error) {
      if (!isElsewhere(error)) throw error;
      return this.askAgain(message, error);
    }
  }

  /** @param failure of the first time */
  private async askAgain(asked: SessionMessage, failure: Elsewhere): Promise<unknown> {
    let message = asked;
    const delayAfter = (error: unknown) => {
      if (!isElsewhere(error)) return undefined;
      message = { ...asked, resent: true, begun: message.begun || hasBegun(error) };
      return error instanceof NodeGoneError && !this.host.isLeaving ? 0 : RETRY_MS;
    };
    const pauseMs = delayAfter(failure)!;
    if (pauseMs > 0) await delay(pauseMs, undefined, { ref: false });
    try {
      return await retry(() => this.askOnce(message), delayAfter, PATIENCE_MS);
    } catch (error) {
      throw isElsewhere(error) ? new ClusterUnavailableError(error) : error;
    }
  }

  /** What identifies a session of another node, if this node remembers it. */
  recall(id: string): SessionRecord | undefined {
    return this.known.get(id)?.record;
  }

  /** Finds a session where it was found before, or in the store. */
  async locate(id: string): ReturnType<ClusterNode['store']['find']> {
    const known = this.known.get(id);
    if (known) return known;
    const found = await this.node.store.find(id);
    return found && this.known.add(id, found);
  }

  /** @throws {NodeGoneError} when the owner is dead; another node may have adopted the session by now */
  private async askOnce(message: SessionMessage): Promise<unknown> {
    const { id } = message;
    if (this.host.owns(id)) return this.host.answerOwn(message);
    const known = this.known.get(id);
    if (known) {
      try {
        return this.read(message, await this.send(known.owner, message, true));
      } catch (error) {
        if (!isElsewhere(error)) throw error;
        this.known.delete(id);
        if (hasBegun(error) || error instanceof SessionMovedError) throw error;
      }
    }
    const { owner } = (await this.locate(id)) ?? {};
    if (!owner) throw new SessionClosedError();
    // This node is about to release it.
    if (owner.node === this.node.id) throw new SessionMovedError();
    try {
      return this.read(message, await this.send(owner, message, false));
    } catch (error) {
      if (isElsewhere(error)) this.known.delete(id);
      if (!(error instanceof NodeGoneError)) throw error;
      if (this.host.isLeaving) this.node.bus.publish({ type: 'wanted', id } satisfies ToldMessage);
      else await this.host.adopt(id, owner);
      throw error;
    }
  }

  /** @param isGuess whether the owner may have changed since it was found */
  private send({ node }: SessionOwner, message: SessionMessage, isGuess: boolean): Promise<unknown> {
    if (node === '' || node === this.node.id) throw new NodeGoneError();
    return this.node.bus.request(node, message, { acts: message.type === 'post', isGuess });
  }

  /** @returns what the owner has answered. @throws what it has thrown */
  private read({ type }: SessionMessage, envelope: unknown): unknown {
    if (!isEnvelopeOf(type, envelope)) throw this.host.unreadable(ClusterUnavailableError);
    if ('error' in envelope) throw restoredError(envelope.error);
    return envelope.result;
  }
}

type Elsewhere = NodeGoneError | SessionMovedError;

/** Whether a session may be found at another node, now or soon. */
function isElsewhere(error: unknown): error is Elsewhere {
  return error instanceof NodeGoneError || error instanceof SessionMovedError;
}

/** Whether the node that failed may have begun to carry out what it was asked. */
function hasBegun(error: Elsewhere): boolean {
  return error instanceof NodeGoneError ? error.hasHeard : error.hasBegun;
}

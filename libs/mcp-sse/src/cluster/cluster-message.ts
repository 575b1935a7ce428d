import type { IncomingHttpHeaders } from 'node:http';
import type { McpPrincipal } from '../model/principal.js';
import type { SessionCloseReason } from '../model/session-view.js';
import type { JsonRpcMessage } from '../protocol/json-rpc.js';
import type { SessionCommand } from '../sessions/session-sharing.js';
import type { SharedFilter } from './shared-filter.js';

/** The HTTP request of a message, as the node that has the session sees it. */
export interface RelayedOrigin {
  readonly principal: McpPrincipal;
  readonly headers: IncomingHttpHeaders;
  readonly params: Readonly<Record<string, string>>;
  /** Of what it carries. */
  readonly bytes: number;
  /** What else guards and handlers look at: method, URL, query, user, addresses. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** Messages of a client that is connected to another node. */
export interface PostMessage {
  readonly type: 'post';
  readonly id: string;
  readonly messages: readonly JsonRpcMessage[];
  readonly origin: RelayedOrigin;
  /** Whether the client knows events that are there for their id. */
  readonly primes: boolean;
}

/** Where the answers to a POST are. */
export interface PostReply {
  readonly stream: number;
  /** Position after which they come. */
  readonly after: number;
}

/** A client of another node reads a stream. */
export interface AttachMessage {
  readonly type: 'attach';
  readonly id: string;
  readonly stream: number;
  /** Unique among all connections. */
  readonly attachment: string;
  readonly node: string;
  readonly primes: boolean;
  /** Of a client that has just come; without it, it is there and its session has a new owner. */
  readonly arrival?: { readonly principal: McpPrincipal; readonly headers: IncomingHttpHeaders };
}

export interface AttachReply {
  /** The one that has the session. */
  readonly node: string;
  /** Position after which it has not been read. */
  readonly after: number;
  /** Whether there is such a stream, and no other client reads it. */
  readonly isAttached: boolean;
  /** Whether nothing will be added to it. */
  readonly isFinished: boolean;
}

/** Clients of a node that read streams of sessions of another. */
export interface PresentMessage {
  readonly type: 'present';
  readonly attachments: readonly { readonly id: string; readonly attachment: string }[];
}

export interface PresentReply {
  /** Attachments that the node knows nothing of. */
  readonly unknown: readonly string[];
}

/** A client ends its session. */
export interface EndMessage {
  readonly type: 'end';
  readonly id: string;
  readonly reason: SessionCloseReason;
}

/** What the session's clients have read is to be in its log, where another node looks for it. */
export interface SettleMessage {
  readonly type: 'settle';
  readonly id: string;
}

/** What is asked of the node that has a session. */
export type SessionMessage = (PostMessage | AttachMessage | EndMessage | SettleMessage) & {
  /** Whether a node that had the session before may have done it. */
  readonly resent?: boolean;
};

/** What is told, and not answered. */
export type ToldMessage =
  /** Another node has the session now. Said to one that counts as dead, in case that it is not. */
  | { readonly type: 'adopted'; readonly id: string }
  /** A node that is being stopped needs another one to take over a session whose owner is gone. */
  | { readonly type: 'wanted'; readonly id: string }
  | { readonly type: 'left'; readonly id: string; readonly attachment: string }
  /** The stream of an attachment has ended; `isMoved` when only its session's owner has changed. */
  | { readonly type: 'detached'; readonly attachment: string; readonly isMoved: boolean }
  | SessionCommand<SharedFilter>;

export type ClusterMessage = SessionMessage | PresentMessage | ToldMessage;

import type { IncomingHttpHeaders } from 'node:http';
import type { McpPrincipal } from '../model/principal.js';
import type { SessionCloseReason } from '../model/session-view.js';
import type { JsonRpcMessage } from '../protocol/json-rpc.js';
import type { SessionCommand } from '../sessions/session-sharing.js';
import type { SharedFilter } from './shared-filter.js';

/** The HTTP request of a relayed message. Plain JSON. */
export interface RelayedOrigin {
  readonly principal: McpPrincipal;
  readonly headers: IncomingHttpHeaders;
  readonly params: Readonly<Record<string, string>>;
  /** Size of its body. */
  readonly bytes: number;
  /** What else guards and handlers read: method, URL, query, user, addresses. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** Messages of a client that is connected to another node. */
export interface PostMessage {
  readonly type: 'post';
  readonly id: string;
  readonly messages: readonly JsonRpcMessage[];
  readonly origin: RelayedOrigin;
  /** Whether the client understands priming events. */
  readonly primes: boolean;
  /** For how long the owner may hold answers to reply with them, in milliseconds; not at all unless given. */
  readonly holdMs?: number;
}

/** Where to find the answers to a POST. */
export interface AnswerStream {
  readonly stream: number;
  /** Position after which they come. */
  readonly after: number;
}

/** The answers to a POST, each as JSON, or where to find them. */
export type PostReply = { readonly answers: readonly string[] } | AnswerStream;

/** A client of another node reads a stream. */
export interface AttachMessage {
  readonly type: 'attach';
  readonly id: string;
  readonly stream: number;
  /** Unique among all connections. */
  readonly attachment: string;
  readonly node: string;
  readonly primes: boolean;
  /** The request of a client that has just come; none for one that is attached while the owner changes. */
  readonly arrival?: { readonly principal: McpPrincipal; readonly headers: IncomingHttpHeaders };
}

export interface AttachReply {
  /** The owner. */
  readonly node: string;
  /** Position up to which it was read. */
  readonly after: number;
  /** Whether there is such a stream and no other client reads it. */
  readonly isAttached: boolean;
  /** Whether nothing more is added to it. */
  readonly isFinished: boolean;
}

/** Clients of the sender that read streams of the receiver's sessions. */
export interface PresentMessage {
  readonly type: 'present';
  readonly attachments: readonly { readonly id: string; readonly attachment: string }[];
}

export interface PresentReply {
  /** Attachments that the receiver does not know. */
  readonly unknown: readonly string[];
}

/** A client ends its session. */
export interface EndMessage {
  readonly type: 'end';
  readonly id: string;
  readonly reason: SessionCloseReason;
}

/** Waits until everything that the session's clients have read is in the log. */
export interface SettleMessage {
  readonly type: 'settle';
  readonly id: string;
}

/** A request to the owner of a session. */
export type SessionMessage = (PostMessage | AttachMessage | EndMessage | SettleMessage) & {
  /** Whether a former owner may have carried it out. */
  readonly resent?: boolean;
  /** Whether a former owner may have begun to carry it out. Its requests are lost then, and not run again. */
  readonly begun?: boolean;
};

/** A message that is not answered. */
export type ToldMessage =
  /** Another node owns the session now. Sent to the former owner, in case it is not dead. */
  | { readonly type: 'adopted'; readonly id: string }
  /** Asks another node to adopt a session of a dead owner, since the sender is being stopped. */
  | { readonly type: 'wanted'; readonly id: string }
  | { readonly type: 'left'; readonly id: string; readonly attachment: string }
  /** The stream of an attachment has ended; `isMoved` when only its session's owner has changed. */
  | { readonly type: 'detached'; readonly attachment: string; readonly isMoved: boolean }
  | SessionCommand<SharedFilter>;

export type ClusterMessage = SessionMessage | PresentMessage | ToldMessage;

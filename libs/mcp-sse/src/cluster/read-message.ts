import {
  either,
  isFields,
  isFlag,
  isTexts,
  isInteger,
  isNumber,
  isPrincipal,
  isText,
  listOf,
  object,
  oneOf,
  optional,
  type Fields,
  type Shape,
} from '../model/cluster/shape.js';
import type { SessionCloseReason } from '../model/session-view.js';
import type { ClusterMessage, PresentReply, SessionMessage } from './cluster-message.js';
import type { RelayedError } from './relayed-error.js';
import { isSharedFilter } from './shared-filter.js';

/** The answer to a {@link SessionMessage}. */
export type Envelope = { readonly result: unknown } | { readonly error: RelayedError };

const REASONS: readonly SessionCloseReason[] = [
  'client-disconnected',
  'client-closed',
  'init-timeout',
  'idle-timeout',
  'grace-expired',
  'slow-client',
  'memory',
  'revoked',
  'moved',
  'shutdown',
  'server',
];

const isRequestId: Shape = either(isText, isInteger);

const isJsonRpc = either(
  object({ kind: oneOf('request'), id: isRequestId, method: isText, params: isFields }),
  object({ kind: oneOf('notification'), method: isText, params: isFields }),
  object({ kind: oneOf('response'), id: isRequestId, fault: optional(isText) }),
);

const SHAPES: Readonly<Record<ClusterMessage['type'], Shape>> = {
  post: object({
    id: isText,
    messages: listOf(isJsonRpc),
    origin: object({
      principal: isPrincipal,
      headers: isTexts,
      params: isTexts,
      bytes: isNumber,
      request: isFields,
    }),
    primes: isFlag,
    holdMs: optional(isNumber),
  }),
  attach: object({
    id: isText,
    stream: isInteger,
    attachment: isText,
    node: isText,
    primes: isFlag,
    arrival: optional(object({ principal: isPrincipal, headers: isTexts })),
  }),
  present: object({ attachments: listOf(object({ id: isText, attachment: isText })) }),
  end: object({ id: isText, reason: isText }),
  settle: object({ id: isText }),
  adopted: object({ id: isText }),
  wanted: object({ id: isText }),
  left: object({ id: isText, attachment: isText }),
  detached: object({ attachment: isText, isMoved: isFlag }),
  close: object({ id: isText, reason: isText }),
  notify: object({ id: isText, method: isText, params: optional(isFields) }),
  broadcast: object({ method: isText, params: optional(isFields), where: isSharedFilter }),
  updated: object({ uri: isText, where: isSharedFilter }),
  closeWhere: object({ where: isSharedFilter, reason: isText }),
};

const isPost = either(object({ answers: listOf(isText) }), object({ stream: isInteger, after: isNumber }));
const isAttach = object({ node: isText, after: isNumber, isAttached: isFlag, isFinished: isFlag });
const isError = object({ name: isText, message: isText });
const isPresent = object({ unknown: listOf(isText) });

/** @returns undefined for a message whose type or shape this version does not know */
export function readMessage(body: unknown): ClusterMessage | undefined {
  if (!isFields(body) || !isType(body['type']) || !SHAPES[body['type']](body)) return undefined;
  return ('reason' in body ? { ...body, reason: reasonOf(body) } : body) as unknown as ClusterMessage;
}

export function isPresentReply(reply: unknown): reply is PresentReply {
  return isPresent(reply);
}

export function isEnvelopeOf(type: SessionMessage['type'], reply: unknown): reply is Envelope {
  if (!isFields(reply)) return false;
  if ('error' in reply) return isError(reply['error']);
  if (type === 'post') return isPost(reply['result']);
  return type !== 'attach' || isAttach(reply['result']);
}

function isType(type: unknown): type is ClusterMessage['type'] {
  return isText(type) && Object.hasOwn(SHAPES, type);
}

/** A reason that only a later version knows becomes `server`. */
function reasonOf({ reason }: Fields): SessionCloseReason {
  return REASONS.find((known) => known === reason) ?? 'server';
}

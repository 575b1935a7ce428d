import type { TrafficObserver } from '../model/traffic-observer.js';
import type { AdmittedMessage } from '../protocol/admitted-message.js';

/**
 * Messages that their client may send, as they are.
 *
 * @throws {InsufficientScopeError} for any request among them that it could make with more scopes
 */
export function permitted(
  admitted: readonly AdmittedMessage[],
  observer: TrafficObserver,
): readonly AdmittedMessage[] {
  for (const { message, bytes, request } of admitted) {
    if (message.kind !== 'request' || !request?.refusal) continue;
    const { context, refusal } = request;
    observer.request(message.method, message.params, context, bytes)?.end(refusal, '');
    throw refusal;
  }
  return admitted;
}

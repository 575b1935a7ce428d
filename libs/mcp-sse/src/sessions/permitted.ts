import type { TrafficObserver } from '../model/traffic-observer.js';
import type { AdmittedMessage } from '../protocol/execution.js';

/**
 * Messages that their client may send, as they are.
 *
 * @throws {InsufficientScopeError} for any request among them that it could make with more scopes
 */
export function permitted(
  admitted: readonly AdmittedMessage[],
  observer: TrafficObserver,
): readonly AdmittedMessage[] {
  for (const { bytes, execution } of admitted) {
    if (!execution?.refusal) continue;
    const { request, context, refusal } = execution;
    observer.request(request.method, request.params, context, bytes)?.end(refusal, '');
    throw refusal;
  }
  return admitted;
}

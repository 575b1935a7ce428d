import { TOOL_LIST } from '../contract/tool-list.js';
import { COUNT, COUNTED, PROGRESS_EVENTS } from '../contract/tools.js';

/** The members that the floor reads; it trusts the load. */
export interface TrustedMessage {
  readonly id?: number;
  readonly method: string;
  readonly params: {
    readonly name: string;
    readonly arguments: { readonly message: string };
    readonly protocolVersion: string;
    readonly _meta: { readonly progressToken: number };
  };
}

/**
 * Answers as the protocol requires and does nothing else: no validation, no sessions, no errors.
 *
 * @param notify called with each notification before the answer
 * @returns the answer
 */
export function answer({ id, method, params }: TrustedMessage, notify: (message: object) => void): object {
  return { jsonrpc: '2.0', id, result: resultOf(method, params, notify) };
}

function resultOf(
  method: string,
  params: TrustedMessage['params'],
  notify: (message: object) => void,
): object {
  if (method === 'initialize')
    return {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'floor', version: '1.0.0' },
    };
  if (method === 'tools/list') return { tools: TOOL_LIST };
  return {
    content: [
      { type: 'text', text: params.name === COUNT.name ? count(params, notify) : params.arguments.message },
    ],
  };
}

function count(
  { _meta: { progressToken } }: TrustedMessage['params'],
  notify: (message: object) => void,
): string {
  for (let progress = 1; progress <= PROGRESS_EVENTS; progress++)
    notify({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken, progress, total: PROGRESS_EVENTS },
    });
  return COUNTED;
}

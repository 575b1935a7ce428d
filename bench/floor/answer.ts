import { TOOL_LIST } from '../contract/tool-list.js';
import { ASK, COUNT, COUNTED, PROGRESS_EVENTS, QUESTION } from '../contract/tools.js';

/** The members that the floor reads; it trusts the load. */
export interface TrustedMessage {
  readonly id?: number;
  readonly method: string;
  readonly params: {
    readonly name: string;
    readonly arguments: { readonly message: string };
    readonly protocolVersion: string;
    readonly _meta: { readonly progressToken: number };
    readonly inputResponses?: { readonly word: { readonly content: { readonly word: string } } };
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
  if (params.name === ASK.name && !params.inputResponses)
    return {
      resultType: 'input_required',
      inputRequests: { word: { method: 'elicitation/create', params: QUESTION } },
      requestState: 'asked',
    };
  return { content: [{ type: 'text', text: textOf(params, notify) }] };
}

function textOf(params: TrustedMessage['params'], notify: (message: object) => void): string {
  if (params.name === COUNT.name) return count(params, notify);
  return params.inputResponses?.word.content.word ?? params.arguments.message;
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

export type Id = string | number;

/** Maximum nesting depth of accepted messages. */
const MAX_DEPTH = 64;

/** Maximum length of accepted ids, in characters. */
const MAX_ID_LENGTH = 1_024;

/**
 * Judges a client's text by the protocol, independently of the server.
 *
 * @returns the ids of its requests; undefined if it is not a message
 */
export function requestsIn(text: string, hasBatches: boolean): Id[] | undefined {
  const body = parsed(text);
  if (depthOf(body) > MAX_DEPTH) return undefined;
  if (!Array.isArray(body)) return requestIn(body);
  if (!hasBatches || body.length === 0) return undefined;
  const each = body.map(requestIn);
  return each.includes(undefined) ? undefined : (each as Id[][]).flat();
}

/** The ids that are still readable in a refused text: of a message, or of each message of a batch. */
export function readableIds(text: string): Id[] {
  return [parsed(text)]
    .flat()
    .flatMap((message) => (isObject(message) && isId(message['id']) ? [message['id']] : []));
}

function requestIn(value: unknown): Id[] | undefined {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined;
  const hasId = Object.hasOwn(value, 'id');
  if (hasId && !isId(value['id'])) return undefined;
  if (!Object.hasOwn(value, 'method')) {
    const hasResult = Object.hasOwn(value, 'result');
    const hasError = Object.hasOwn(value, 'error') && !(hasResult && value['error'] === null);
    return hasId && hasResult !== hasError ? [] : undefined;
  }
  if (typeof value['method'] !== 'string') return undefined;
  const { params = null } = value;
  const hasNone = params === null || (Array.isArray(params) && params.length === 0);
  if (!hasNone && !isObject(params)) return undefined;
  return hasId ? [value['id'] as Id] : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Iterates level by level, since deep values would overflow the stack. */
function depthOf(value: unknown): number {
  let depth = 0;
  for (let level = [value].filter(isContainer); level.length > 0; depth++)
    level = level.flatMap((each) => Object.values(each)).filter(isContainer);
  return depth;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isId(value: unknown): value is Id {
  return typeof value === 'string' ? value.length <= MAX_ID_LENGTH : Number.isSafeInteger(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

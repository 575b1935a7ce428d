import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { MAX_URI_LENGTH, normalUri } from '../model/normal-uri.js';
import { isObject, type Params } from './json-rpc.js';
import { invalidParams } from './request-params.js';

/** The lists whose changes clients can listen to. */
export type ChangingList = 'tools' | 'prompts' | 'resources';

/** The members of the filter that ask for changes of a list. */
const FLAGS = {
  tools: 'toolsListChanged',
  prompts: 'promptsListChanged',
  resources: 'resourcesListChanged',
} as const satisfies Record<ChangingList, string>;

const LISTS = Object.keys(FLAGS) as ChangingList[];

/** What a client wants to be told. */
export interface ListenFilter {
  readonly lists: readonly ChangingList[];
  /** Each task once; undefined if it asked for none. */
  readonly taskIds?: readonly string[];
  /** Each resource once, as the client spells it first; undefined if it asked for none. */
  readonly uris?: readonly string[];
}

/**
 * Reads the filter of `subscriptions/listen`. Kinds of notifications that it does not know are left out.
 *
 * @param maxUris most resources, and most tasks
 * @throws {JsonRpcError} -32602
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions#notification-filter
 */
export function listenFilter({ notifications: wanted }: Params, maxUris: number): ListenFilter {
  if (!isObject(wanted)) throw invalidParams(['notifications']);
  const wrong: string[] = LISTS.map((list) => FLAGS[list]).filter(
    (flag) => wanted[flag] !== undefined && typeof wanted[flag] !== 'boolean',
  );
  const { resourceSubscriptions: uris, taskIds: ids } = wanted;
  if (uris !== undefined && !isTexts(uris)) wrong.push('resourceSubscriptions');
  if (ids !== undefined && !isTexts(ids)) wrong.push('taskIds');
  if (wrong.length > 0) throw invalidParams(wrong.map((member) => `notifications.${member}`));
  const lists = LISTS.filter((list) => wanted[FLAGS[list]] === true);
  return {
    lists,
    uris: uris === undefined ? undefined : distinct(uris as string[], maxUris),
    taskIds: ids === undefined ? undefined : distinctIds(ids as string[], maxUris),
  };
}

/** The filter as the wire has it, with what is granted of it. */
export function grantedFilter({ lists, uris, taskIds }: ListenFilter): object {
  const flags = lists.map((list) => [FLAGS[list], true] as const);
  return { ...Object.fromEntries(flags), resourceSubscriptions: uris, taskIds };
}

/** @throws {JsonRpcError} -32602 for too many */
function distinctIds(ids: readonly string[], max: number): readonly string[] {
  if (ids.length > max)
    throw new JsonRpcError(
      ErrorCode.InvalidParams,
      `Invalid params: "notifications.taskIds" may have ${max} ids at most.`,
    );
  return [...new Set(ids)];
}

/** Most characters of the URIs of one filter. Normal forms take up to half a microsecond for each of them. */
const MAX_URIS_LENGTH = 256 * 1024;

/** @throws {JsonRpcError} -32602 for too many, or too long ones */
function distinct(uris: readonly string[], max: number): readonly string[] {
  // Comes first: normalizing a URI costs more than reading it.
  if (uris.length > max)
    throw new JsonRpcError(
      ErrorCode.InvalidParams,
      `Invalid params: "notifications.resourceSubscriptions" may have ${max} URIs at most.`,
    );
  if (uris.reduce((sum, { length }) => sum + length, 0) > MAX_URIS_LENGTH)
    throw new JsonRpcError(
      ErrorCode.InvalidParams,
      `Invalid params: the URIs of "notifications.resourceSubscriptions" may have ${MAX_URIS_LENGTH} characters together.`,
    );
  const byNormalForm = new Map<string, string>();
  for (const uri of uris) {
    // Nobody can read it.
    if (uri.length > MAX_URI_LENGTH) continue;
    const key = normalUri(uri);
    if (!byNormalForm.has(key)) byNormalForm.set(key, uri);
  }
  return [...byNormalForm.values()];
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { MAX_URI_LENGTH, normalUri } from '../model/normal-uri.js';
import type { Params } from './json-rpc.js';
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
  /** Each resource once, as the client spells it first; undefined if it asked for none. */
  readonly uris?: readonly string[];
}

/**
 * Reads the filter of `subscriptions/listen`. Kinds of notifications that it does not know are left out.
 *
 * @param maxUris most resources
 * @throws {JsonRpcError} -32602
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions#notification-filter
 */
export function listenFilter({ notifications }: Params, maxUris: number): ListenFilter {
  if (typeof notifications !== 'object' || notifications === null || Array.isArray(notifications))
    throw invalidParams(['notifications']);
  const wanted = notifications as Readonly<Record<string, unknown>>;
  const wrong = LISTS.map((list) => FLAGS[list]).filter(
    (flag) => wanted[flag] !== undefined && typeof wanted[flag] !== 'boolean',
  );
  const { resourceSubscriptions: uris } = wanted;
  if (uris !== undefined && !isTexts(uris)) wrong.push('resourceSubscriptions' as never);
  if (wrong.length > 0) throw invalidParams(wrong.map((member) => `notifications.${member}`));
  const lists = LISTS.filter((list) => wanted[FLAGS[list]] === true);
  return uris === undefined ? { lists } : { lists, uris: distinct(uris as string[], maxUris) };
}

/** The filter as the wire has it, with what is granted of it. */
export function grantedFilter({ lists }: ListenFilter, uris: readonly string[] | undefined): object {
  const flags = lists.map((list) => [FLAGS[list], true] as const);
  return { ...Object.fromEntries(flags), resourceSubscriptions: uris };
}

/** Most characters of the URIs of one filter. Normal forms take up to half a microsecond for each of them. */
const MAX_URIS_LENGTH = 256 * 1024;

/** @throws {JsonRpcError} -32602 for too many, or too long ones */
function distinct(uris: readonly string[], max: number): readonly string[] {
  // Before it takes the normal form of each, which costs more than to read it.
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

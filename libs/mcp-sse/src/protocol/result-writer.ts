import type { Implementation, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { McpCacheHint } from '../model/cache-hint.js';
import { SerializedMembers } from '../model/serialized-members.js';
import { serializeResult } from './json-rpc.js';
import { SERVER_INFO } from './request-meta.js';

/** Serializes results of the modern era, each with its type and the server's info. */
export class ResultWriter {
  private readonly meta: Readonly<Record<string, unknown>>;
  private readonly members: string;

  constructor(serverInfo: Implementation) {
    this.meta = { [SERVER_INFO]: serverInfo };
    this.members = `"resultType":"complete","_meta":${JSON.stringify(this.meta)}`;
  }

  /**
   * @param cache how long clients may keep a complete result
   * @throws {TypeError} when JSON cannot express the result, such as a BigInt or a circle
   * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#result-responses
   */
  write(id: RequestId, result: object | SerializedMembers, cache?: McpCacheHint): string {
    // Only one `_meta` is sent.
    const hasMeta = '_meta' in result;
    if (!hasMeta && result instanceof SerializedMembers) return this.splice(id, result.text, cache);
    if (hasMeta || 'resultType' in result || 'toJSON' in result)
      return serializeResult(id, this.merged(result, cache));
    return this.splice(id, JSON.stringify(result).slice(1, -1), cache);
  }

  private splice(id: RequestId, text: string, cache?: McpCacheHint): string {
    const hints = cache ? `"ttlMs":${cache.ttlMs},"cacheScope":"${cache.scope}",` : '';
    const comma = text === '' ? '' : ',';
    return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{${text}${comma}${hints}${this.members}}}`;
  }

  private merged(result: object, cache?: McpCacheHint): object {
    const {
      _meta,
      resultType = 'complete',
      ...members
    } = plain(result) as {
      readonly _meta?: object;
      readonly resultType?: string;
    };
    const hints = cache && resultType === 'complete' ? { ttlMs: cache.ttlMs, cacheScope: cache.scope } : {};
    return { ...members, ...hints, resultType, _meta: { ..._meta, ...this.meta } };
  }
}

/** The members that the result's JSON has. Copies only if `_meta` or `toJSON` demands it: questions can be long. */
function plain(result: object): object {
  if (result instanceof SerializedMembers) return JSON.parse(`{${result.text}}`) as object;
  return '_meta' in result || 'toJSON' in result ? (JSON.parse(JSON.stringify(result)) as object) : result;
}

import { type ClientCapabilities, ErrorCode, LoggingLevelSchema } from '@modelcontextprotocol/sdk/types.js';
import { clip } from '../model/clip.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { ClientState } from './connection-state.js';
import { isObject, type JsonRpcRequest, type Params } from './json-rpc.js';
import { MODERN_VERSIONS } from './revisions.js';

/* Members of `_meta`. */
export const PROTOCOL_VERSION = 'io.modelcontextprotocol/protocolVersion';
export const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';
export const CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
export const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
/** Of a result: names the server. */
export const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';
/** Of a notification: the id of the `subscriptions/listen` whose stream carries it. */
export const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

/** Most characters of a version that an error repeats. */
const MAX_VERSION_LENGTH = 64;

/** The request names a version of the protocol that is not served in the modern era. */
export class UnsupportedProtocolVersionError extends JsonRpcError {
  constructor(requested: string) {
    super(-32022, `Unsupported protocol version. Served without a session: ${MODERN_VERSIONS.join(', ')}`, {
      supported: MODERN_VERSIONS,
      requested: clip(requested, MAX_VERSION_LENGTH),
    });
  }
}

/**
 * The version that a message claims to be in, by which it belongs to the modern era.
 *
 * @param json as parsed, of any shape
 * @returns undefined for a message of the legacy era
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#meta
 */
export function claimedVersion(json: unknown): unknown {
  return isObject(json) && isObject(json['params']) && isObject(json['params']['_meta'])
    ? json['params']['_meta'][PROTOCOL_VERSION]
    : undefined;
}

/**
 * The version that a modern request names.
 *
 * @throws {UnsupportedProtocolVersionError} for an `initialize` of the legacy era: it tells the client what is served
 * @throws {JsonRpcError} -32602
 */
export function requiredVersion({ method, params }: JsonRpcRequest): string {
  const { _meta, protocolVersion } = params;
  const version = isObject(_meta) ? _meta[PROTOCOL_VERSION] : undefined;
  if (version === undefined && method === 'initialize')
    throw new UnsupportedProtocolVersionError(String(protocolVersion));
  if (typeof version !== 'string') throw invalidMeta(PROTOCOL_VERSION, 'a string');
  return version;
}

/**
 * Reads what a modern request tells of its client.
 *
 * @throws {UnsupportedProtocolVersionError}
 * @throws {JsonRpcError} -32602 when a member of `_meta` is missing or wrong
 */
export function requestClient(request: JsonRpcRequest): ClientState {
  const protocolVersion = requiredVersion(request);
  if (!MODERN_VERSIONS.includes(protocolVersion)) throw new UnsupportedProtocolVersionError(protocolVersion);
  const meta = request.params['_meta'] as Params;
  const clientCapabilities = meta[CLIENT_CAPABILITIES];
  if (!isCapabilities(clientCapabilities)) throw invalidMeta(CLIENT_CAPABILITIES, 'an object of objects');
  const clientInfo = meta[CLIENT_INFO];
  if (clientInfo !== undefined && !isImplementation(clientInfo))
    throw invalidMeta(CLIENT_INFO, 'an object with "name" and "version"');
  const logLevel = meta[LOG_LEVEL];
  if (logLevel === undefined) return { protocolVersion, clientInfo, clientCapabilities };
  const { success, data } = LoggingLevelSchema.safeParse(logLevel);
  if (!success) throw invalidMeta(LOG_LEVEL, LoggingLevelSchema.options.join(', '));
  return { protocolVersion, clientInfo, clientCapabilities, logLevel: data };
}

function isCapabilities(value: unknown): value is ClientCapabilities {
  return isObject(value) && Object.values(value).every(isObject);
}

function isImplementation(value: unknown): value is NonNullable<ClientState['clientInfo']> {
  return isObject(value) && typeof value['name'] === 'string' && typeof value['version'] === 'string';
}

function invalidMeta(member: string, expected: string): JsonRpcError {
  return new JsonRpcError(
    ErrorCode.InvalidParams,
    `Invalid params: "_meta" must have "${member}": ${expected}`,
  );
}

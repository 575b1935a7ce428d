import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport as V1Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client, type ClientCapabilities, type Transport } from '@modelcontextprotocol/client';
import type { McpEra } from 'nestjs-mcp-sse';
import { z } from 'zod';
import { MODERN } from './modern-client.js';

/** A subscription to changes. */
interface Listening {
  listen(filter: Parameters<Client['listen']>[0]): Promise<{ close(): Promise<void> }>;
}

/**
 * The members of the SDK's clients that tests use, as v2 has them. `listen()` subscribes to resources with v1, where list
 * changes come without asking.
 */
export type SdkClient = Listening &
  Pick<
    Client,
    | 'callTool'
    | 'close'
    | 'complete'
    | 'getInstructions'
    | 'getPrompt'
    | 'getServerCapabilities'
    | 'getServerVersion'
    | 'listPrompts'
    | 'listResources'
    | 'listResourceTemplates'
    | 'listTools'
    | 'ping'
    | 'readResource'
    | 'request'
    | 'setLoggingLevel'
    | 'setNotificationHandler'
    | 'setRequestHandler'
    | 'subscribeResource'
    | 'unsubscribeResource'
  >;

export interface SdkClientOptions {
  readonly capabilities?: ClientCapabilities;
  /** Called before the client connects. */
  readonly prepare?: (client: SdkClient) => void;
}

const INFO = { name: 'test-client', version: '1.0.0' };

/** Connects the client of SDK v1 in the legacy era, and that of v2, pinned to 2026-07-28, in the modern one. */
export async function connectClient(
  era: McpEra,
  transport: Transport,
  { capabilities = {}, prepare }: SdkClientOptions = {},
): Promise<SdkClient> {
  if (era === 'modern') {
    const client = new Client(INFO, { capabilities, versionNegotiation: { mode: { pin: MODERN } } });
    prepare?.(client);
    await client.connect(transport);
    return client;
  }
  const client = new V1Client(INFO, { capabilities: capabilities as object });
  const likeV2 = shapedLikeV2(client);
  prepare?.(likeV2);
  await client.connect(transport as V1Transport);
  return likeV2;
}

/** The client of SDK v1 with the signatures of v2, which name methods instead of schemas. */
function shapedLikeV2(client: V1Client): SdkClient {
  const named = (method: string) => z.looseObject({ method: z.literal(method), params: z.any().optional() });
  const members: Record<PropertyKey, unknown> = {
    callTool: (params: never, options?: object) => client.callTool(params, undefined, options),
    request: (request: never, options?: object) => client.request(request, ResultSchema, options),
    setNotificationHandler: (method: string, handler: (notification: object) => void) =>
      client.setNotificationHandler(named(method), handler),
    setRequestHandler: (method: string, handler: (request: object, context: object) => never) =>
      client.setRequestHandler(named(method), (request, extra) => handler(request, { mcpReq: extra })),
    listen: async ({ resourceSubscriptions: uris = [] }: Parameters<Client['listen']>[0]) => {
      for (const uri of uris) await client.subscribeResource({ uri });
      return {
        close: async () => {
          for (const uri of uris) await client.unsubscribeResource({ uri });
        },
      };
    },
  };
  return new Proxy(client, {
    get: (target, name) => {
      const member = members[name] ?? Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  }) as unknown as SdkClient;
}

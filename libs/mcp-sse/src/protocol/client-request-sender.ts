import {
  CreateMessageResultSchema,
  CreateMessageResultWithToolsSchema,
  ElicitResultSchema,
  ListRootsResultSchema,
  type ClientCapabilities,
  type CreateMessageRequestParams,
  type CreateMessageResult,
  type CreateMessageResultWithTools,
  type ElicitRequestFormParams,
  type ElicitRequestURLParams,
  type ElicitResult,
  type Root,
} from '@modelcontextprotocol/sdk/types.js';
import type { ClientRequestOptions, ClientRequests } from '../model/client-requests.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';

interface ResultSchema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false };
}

type Send = (method: string, params: object | undefined, timeoutMs?: number) => Promise<unknown>;

/** Asks the client for what it has declared that it can do, and checks what it answers. */
export class ClientRequestSender implements ClientRequests {
  constructor(
    private readonly capabilities: ClientCapabilities | undefined,
    private readonly send: Send,
  ) {}

  async sample(
    params: CreateMessageRequestParams,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools> {
    const { sampling } = this.capabilities ?? {};
    if (!sampling) throw missing('sampling');
    if (params.tools && !sampling.tools) throw missing('sampling.tools');
    const schema: ResultSchema<CreateMessageResult | CreateMessageResultWithTools> = params.tools
      ? CreateMessageResultWithToolsSchema
      : CreateMessageResultSchema;
    return this.request('sampling/createMessage', params, schema, options);
  }

  async elicit(
    params: ElicitRequestFormParams | ElicitRequestURLParams,
    options?: ClientRequestOptions,
  ): Promise<ElicitResult> {
    const { elicitation } = this.capabilities ?? {};
    if (!elicitation) throw missing('elicitation');
    if (params.mode === 'url' && !elicitation.url) throw missing('elicitation.url');
    // An empty object is how the revisions before 2025-11-25 declare forms.
    if (params.mode !== 'url' && elicitation.url && !elicitation.form) throw missing('elicitation.form');
    return this.request('elicitation/create', params, ElicitResultSchema, options);
  }

  async listRoots(options?: ClientRequestOptions): Promise<Root[]> {
    if (!this.capabilities?.roots) throw missing('roots');
    const { roots } = await this.request('roots/list', undefined, ListRootsResultSchema, options);
    return roots;
  }

  private async request<T>(
    method: string,
    params: object | undefined,
    schema: ResultSchema<T>,
    options: ClientRequestOptions = {},
  ): Promise<T> {
    const parsed = schema.safeParse(await this.send(method, params, options.timeoutMs));
    if (parsed.success) return parsed.data;
    throw new McpClientError(`The client's answer to ${method} is not what the protocol demands.`);
  }
}

function missing(capability: string): McpClientError {
  return new McpClientError(
    `The client did not declare the capability "${capability}" when it initialized. ` +
      'Look at ctx.clientCapabilities before you ask.',
  );
}

import {
  type ClientCapabilities,
  type CreateMessageRequestParams,
  type CreateMessageRequestParamsBase,
  CreateMessageRequestParamsSchema,
  type CreateMessageResult,
  CreateMessageResultSchema,
  type CreateMessageResultWithTools,
  CreateMessageResultWithToolsSchema,
  type ElicitRequestFormParams,
  ElicitRequestFormParamsSchema,
  type ElicitRequestURLParams,
  ElicitRequestURLParamsSchema,
  type ElicitResult,
  ElicitResultSchema,
  ListRootsResultSchema,
  type Root,
  type SamplingMessage,
} from '@modelcontextprotocol/sdk/types.js';
import type { ClientRequestOptions, ClientRequests, FormCheck } from '../model/client-requests.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import { issueText, shapeFault, type ShapeIssues } from '../model/shape-fault.js';
import type { ClientState } from './connection-state.js';
import { revisionOf } from './revisions.js';

interface ResultSchema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: ShapeIssues };
}

type Send = (method: string, params: object | undefined, timeoutMs?: number) => Promise<unknown>;

/** Sends requests to the client if it declared the capability, and checks their parameters and its answers. */
export class ClientRequestSender implements ClientRequests {
  constructor(
    private readonly state: Readonly<ClientState>,
    private readonly checkForm: FormCheck,
    private readonly send: Send,
  ) {}

  async sample(
    params: CreateMessageRequestParamsBase,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult>;
  async sample(
    params: CreateMessageRequestParams,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools>;
  async sample(
    params: CreateMessageRequestParams,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools> {
    const { sampling } = this.capabilities;
    if (!sampling) throw missing('sampling');
    if ((params.tools || params.toolChoice) && !sampling.tools) throw missing('sampling.tools');
    if (this.wantsContext(params) && !sampling.context) throw missing('sampling.context');
    const fault = samplingFault(params);
    if (fault !== undefined) throw new TypeError(`sample() was not sent: ${fault}`);
    const schema: ResultSchema<CreateMessageResult | CreateMessageResultWithTools> = params.tools
      ? CreateMessageResultWithToolsSchema
      : CreateMessageResultSchema;
    return this.request('sampling/createMessage', params, schema, options);
  }

  async elicit(
    params: ElicitRequestFormParams | ElicitRequestURLParams,
    options?: ClientRequestOptions,
  ): Promise<ElicitResult> {
    const { elicitation } = this.capabilities;
    if (!elicitation) throw missing('elicitation');
    const isUrl = params.mode === 'url';
    if (isUrl && !elicitation.url) throw missing('elicitation.url');
    // Clients of revisions before 2025-11-25 declare forms by an empty object.
    if (!isUrl && elicitation.url && !elicitation.form) throw missing('elicitation.form');
    const fault = shapeFault(isUrl ? ElicitRequestURLParamsSchema : ElicitRequestFormParamsSchema, params);
    if (fault !== undefined) throw new TypeError(`elicit() was not sent: ${fault}`);
    const check = isUrl ? undefined : this.checkForm(params.requestedSchema);
    const result = await this.request('elicitation/create', params, ElicitResultSchema, options);
    const problem = result.action === 'accept' ? check?.(result.content ?? {}) : undefined;
    if (problem === undefined) return result;
    throw new McpClientError(`The client's answer to elicitation/create does not fit the form: ${problem}`);
  }

  async listRoots(options?: ClientRequestOptions): Promise<Root[]> {
    if (!this.capabilities.roots) throw missing('roots');
    const { roots } = await this.request('roots/list', undefined, ListRootsResultSchema, options);
    return roots;
  }

  private get capabilities(): ClientCapabilities {
    return this.state.clientCapabilities ?? {};
  }

  private wantsContext({ includeContext = 'none' }: CreateMessageRequestParams): boolean {
    return (
      includeContext !== 'none' && revisionOf(this.state.protocolVersion)?.declaresSamplingContext === true
    );
  }

  private async request<T>(
    method: string,
    params: object | undefined,
    schema: ResultSchema<T>,
    options: ClientRequestOptions = {},
  ): Promise<T> {
    const answer = await this.send(method, params, options.timeoutMs);
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    throw new McpClientError(
      `The client's answer to ${method} does not have the shape that the protocol demands: ${issueText(parsed.error)}`,
    );
  }
}

function missing(capability: string): McpClientError {
  return new McpClientError(
    `The client did not declare the capability "${capability}" when it initialized. ` +
      'Check ctx.clientCapabilities before you ask.',
  );
}

/**
 * Why a client or a model would refuse the parameters of `sample()`; undefined if it would not.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/client/sampling#message-content-constraints
 */
export function samplingFault(params: CreateMessageRequestParams): string | undefined {
  return shapeFault(CreateMessageRequestParamsSchema, params) ?? toolLoopFault(params.messages);
}

/** Each tool use must have its result in the next message, which has nothing else. */
function toolLoopFault(messages: readonly SamplingMessage[]): string | undefined {
  let uses: string[] = [];
  for (const [index, { role, content }] of messages.entries()) {
    const blocks = [content].flat();
    const results = blocks.flatMap((block) => (block.type === 'tool_result' ? block.toolUseId : []));
    if (results.length > 0 && (results.length < blocks.length || role !== 'user'))
      return `messages.${index}: a message with a tool_result must be of the user and have nothing else.`;
    if (!haveSameIds(uses, results))
      return `messages.${index}: each tool_use must have its tool_result in the next message, which may have no other.`;
    uses = blocks.flatMap((block) => (block.type === 'tool_use' ? block.id : []));
    if (uses.length > 0 && role !== 'assistant')
      return `messages.${index}: a message with a tool_use must be of the assistant.`;
  }
  return uses.length === 0 ? undefined : 'messages: the results of the last tool_use are missing.';
}

function haveSameIds(uses: readonly string[], results: readonly string[]): boolean {
  return JSON.stringify(uses.toSorted()) === JSON.stringify(results.toSorted());
}

import {
  CreateMessageResultSchema,
  CreateMessageResultWithToolsSchema,
  ElicitRequestFormParamsSchema,
  ElicitRequestURLParamsSchema,
  ElicitResultSchema,
  ListRootsResultSchema,
  type ClientCapabilities,
  type CreateMessageRequestParams,
  type CreateMessageRequestParamsBase,
  type CreateMessageResult,
  type CreateMessageResultWithTools,
  type ElicitRequestFormParams,
  type ElicitRequestURLParams,
  type ElicitResult,
  type Root,
} from '@modelcontextprotocol/sdk/types.js';
import type { ClientRequestOptions, ClientRequests } from '../model/client-requests.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import type { FormCheck } from '../model/form-check.js';
import { issueText, shapeFault, type ShapeIssues } from '../model/shape-fault.js';
import type { ClientState } from './connection-state.js';
import { revisionOf } from './revisions.js';
import { samplingFault } from './sampling-fault.js';

interface ResultSchema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: ShapeIssues };
}

type Send = (method: string, params: object | undefined, timeoutMs?: number) => Promise<unknown>;

/** Asks the client for what it has declared that it can do, and checks the question and what it answers. */
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
    // An empty object is how the revisions before 2025-11-25 declare forms.
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
      `The client's answer to ${method} is not what the protocol demands: ${issueText(parsed.error)}`,
    );
  }
}

function missing(capability: string): McpClientError {
  return new McpClientError(
    `The client did not declare the capability "${capability}" when it initialized. ` +
      'Look at ctx.clientCapabilities before you ask.',
  );
}

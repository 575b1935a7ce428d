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
import { McpClientError, McpMissingCapabilityError } from '../model/errors/mcp-client.error.js';
import { issueText, shapeFault, type ShapeIssues } from '../model/shape-fault.js';
import type { ClientState } from './connection-state.js';
import type { Question } from './input/question.js';
import { revisionOf } from './revisions.js';

interface ResultSchema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: ShapeIssues };
}

/** Stands for a form that is checked apart from the other parameters, and only once for calls that ask by the same form. */
const EMPTY_FORM = { type: 'object', properties: {} };

type Ask = <T>(question: Question<T>, options?: ClientRequestOptions) => Promise<T>;

/** Makes the questions that a handler asks: checks the capability and the parameters, and then the client's answer. */
export class ClientRequestSender implements ClientRequests {
  constructor(
    private readonly state: Readonly<ClientState>,
    private readonly checkForm: FormCheck,
    private readonly ask: Ask,
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
    if (!sampling) throw new McpMissingCapabilityError('sampling');
    if ((params.tools || params.toolChoice) && !sampling.tools)
      throw new McpMissingCapabilityError('sampling.tools');
    if (this.wantsContext(params) && !sampling.context)
      throw new McpMissingCapabilityError('sampling.context');
    const fault = samplingFault(params);
    if (fault !== undefined) throw new TypeError(`sample() was not sent: ${fault}`);
    const schema: ResultSchema<CreateMessageResult | CreateMessageResultWithTools> = params.tools
      ? CreateMessageResultWithToolsSchema
      : CreateMessageResultSchema;
    const method = 'sampling/createMessage';
    return this.ask({ method, params, read: (answer) => parsed(method, schema, answer) }, options);
  }

  async elicit(
    params: ElicitRequestFormParams | ElicitRequestURLParams,
    options?: ClientRequestOptions,
  ): Promise<ElicitResult> {
    const { elicitation } = this.capabilities;
    if (!elicitation) throw new McpMissingCapabilityError('elicitation');
    const isUrl = params.mode === 'url';
    if (isUrl && !elicitation.url) throw new McpMissingCapabilityError('elicitation.url');
    // Clients of revisions before 2025-11-25 declare forms by an empty object.
    if (!isUrl && elicitation.url && !elicitation.form)
      throw new McpMissingCapabilityError('elicitation.form');
    const fault = isUrl
      ? shapeFault(ElicitRequestURLParamsSchema, params)
      : shapeFault(ElicitRequestFormParamsSchema, { ...params, requestedSchema: EMPTY_FORM });
    if (fault !== undefined) throw new TypeError(`elicit() was not sent: ${fault}`);
    const check = isUrl ? undefined : this.checkForm(params.requestedSchema);
    const method = 'elicitation/create';
    const read = (answer: unknown): ElicitResult => {
      const result = parsed(method, ElicitResultSchema, answer);
      const problem = result.action === 'accept' ? check?.(result.content ?? {}) : undefined;
      if (problem === undefined) return result;
      throw new McpClientError(`The client's answer to ${method} does not fit the form: ${problem}`);
    };
    return await this.ask({ method, params: this.elicitation(params), read }, options);
  }

  async listRoots(options?: ClientRequestOptions): Promise<Root[]> {
    if (!this.capabilities.roots) throw new McpMissingCapabilityError('roots');
    const method = 'roots/list';
    const read = (answer: unknown) => parsed(method, ListRootsResultSchema, answer).roots;
    return this.ask({ method, params: undefined, read }, options);
  }

  private get capabilities(): ClientCapabilities {
    return this.state.clientCapabilities ?? {};
  }

  /** The modern era has no ids of elicitations. They would make the question another one in each run. */
  private elicitation(params: ElicitRequestFormParams | ElicitRequestURLParams): object {
    const hasId = params.mode === 'url' && revisionOf(this.state.protocolVersion)?.era === 'modern';
    return hasId ? { ...params, elicitationId: undefined } : params;
  }

  private wantsContext({ includeContext = 'none' }: CreateMessageRequestParams): boolean {
    return (
      includeContext !== 'none' && revisionOf(this.state.protocolVersion)?.declaresSamplingContext === true
    );
  }
}

/** @throws {McpClientError} when the answer does not match the schema */
function parsed<T>(method: string, schema: ResultSchema<T>, answer: unknown): T {
  const outcome = schema.safeParse(answer);
  if (outcome.success) return outcome.data;
  throw new McpClientError(
    `The client's answer to ${method} does not have the shape that the protocol demands: ${issueText(outcome.error)}`,
  );
}

/**
 * Why a client or a model would refuse the parameters of `sample()`; undefined if it would not.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/client/sampling#message-content-constraints
 */
function samplingFault(params: CreateMessageRequestParams): string | undefined {
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

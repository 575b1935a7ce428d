import { Inject, Injectable } from '@nestjs/common';
import {
  CompleteRequestParamsSchema,
  ErrorCode,
  type CallToolResult,
} from '@modelcontextprotocol/sdk/types.js';
import { isObservable, lastValueFrom } from 'rxjs';
import { completerKey } from '../discovery/completer-key.js';
import { McpRegistry } from '../discovery/mcp.registry.js';
import type { RegisteredResource, RegisteredTool } from '../discovery/registered-feature.js';
import type { McpCall, McpHandler } from '../model/call.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { ERROR_REPORTER, type ErrorReporter } from '../model/error-reporter.js';
import type { Invoker } from '../model/invoker.js';
import type { McpContext } from '../model/mcp-context.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import type { SerializedJson } from '../model/serialized-json.js';
import { describeIssues } from '../schema/describe-issues.js';
import { completionResult } from './completion-result.js';
import { LiveResource } from './live-resource.js';
import { FeatureLists } from './feature-lists.js';
import { promptResult } from './prompt-result.js';
import { asProtocolError, RESOURCE_NOT_FOUND, toProtocolError } from './protocol-error.js';
import { publicMessage } from '../model/public-message.js';
import { resourceResult } from './resource-result.js';
import { streamedResult } from './streamed-result.js';
import { toolResult } from './tool-result.js';

type Params = Readonly<Record<string, unknown>>;

/** Answers the requests that reach into the application from what the registry holds. */
@Injectable()
export class McpInvoker implements Invoker {
  private readonly lists: FeatureLists;
  private readonly methods: Readonly<
    Record<string, (params: Params, context: McpContext) => Promise<object>>
  > = {
    'tools/call': (params, context) => this.callTool(params, context),
    'resources/read': (params, context) => this.readResource(params, context),
    'prompts/get': (params, context) => this.getPrompt(params, context),
    'completion/complete': (params, context) => this.complete(params, context),
  };

  constructor(
    private readonly registry: McpRegistry,
    @Inject(ERROR_REPORTER) private readonly errors: ErrorReporter,
    @Inject(MCP_OPTIONS) { limits }: ResolvedOptions,
  ) {
    this.lists = new FeatureLists(registry, limits.pageSize);
  }

  handles(method: string): boolean {
    return Object.hasOwn(this.methods, method) || this.lists.handles(method);
  }

  async invoke(method: string, params: Params, context: McpContext): Promise<object | SerializedJson> {
    return this.lists.handles(method)
      ? this.lists.payload(method, params)
      : this.methods[method]!(params, context);
  }

  async watch(uri: string, context: McpContext, onUpdate: () => void): Promise<() => void> {
    const [{ definition, handler }, variables] = this.findResource(uri);
    const { name } = definition;
    return this.rethrown(`resources/subscribe ${name}`, async () => {
      const mcpCall: McpCall = { kind: 'resource', name, uri, arguments: variables, context, watches: true };
      const returned = streamedResult(await handler(mcpCall), mcpCall);
      if (!(returned instanceof LiveResource)) return () => undefined;
      const error = (reason: unknown) => void this.errors.report(reason, `the live resource ${uri}`);
      // What comes at once is the present content (of a BehaviorSubject), not a change of it.
      let subscribed = false;
      const subscription = returned.updates$.subscribe({ next: () => subscribed && onUpdate(), error });
      subscribed = true;
      return () => subscription.unsubscribe();
    });
  }

  private async callTool(params: Params, context: McpContext): Promise<CallToolResult> {
    const name = stringParam(params, 'name');
    const args = argumentsParam(params);
    const tool = this.registry.toolMap.get(name);
    if (!tool) throw new JsonRpcError(ErrorCode.InvalidParams, `Unknown tool: ${name}`);
    try {
      const value = await call(tool.handler, { kind: 'tool', name, arguments: args, context });
      const result = toolResult(value, name);
      await checkOutput(tool, result);
      return result;
    } catch (error) {
      const protocolError = asProtocolError(error);
      if (protocolError) throw protocolError;
      const text = publicMessage(error) ?? this.mask(error, `tools/call ${name}`);
      return { isError: true, content: [{ type: 'text', text }] };
    }
  }

  private async readResource(params: Params, context: McpContext): Promise<object> {
    const uri = stringParam(params, 'uri');
    const [{ definition, handler }, variables] = this.findResource(uri);
    return this.rethrown(`resources/read ${definition.name}`, async () => {
      const value = await call(handler, {
        kind: 'resource',
        name: definition.name,
        uri,
        arguments: variables,
        context,
      });
      return resourceResult(value, uri, definition.mimeType);
    });
  }

  private async getPrompt(params: Params, context: McpContext): Promise<object> {
    const name = stringParam(params, 'name');
    const args = argumentsParam(params);
    const prompt = this.registry.promptMap.get(name);
    if (!prompt) throw new JsonRpcError(ErrorCode.InvalidParams, `Unknown prompt: ${name}`);
    return this.rethrown(`prompts/get ${name}`, async () =>
      promptResult(
        await call(prompt.handler, { kind: 'prompt', name, arguments: args, context }),
        prompt.definition.description,
      ),
    );
  }

  private async complete(params: Params, context: McpContext): Promise<object> {
    const { success, data } = CompleteRequestParamsSchema.safeParse(params);
    if (!success)
      throw new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: "ref" and "argument" are needed');
    const { ref, argument, context: resolved } = data;
    const [list, identity] =
      ref.type === 'ref/prompt' ? (['prompt', ref.name] as const) : (['resource', ref.uri] as const);
    if (!(list === 'prompt' ? this.registry.promptMap : this.registry.resourceMap).get(identity))
      throw new JsonRpcError(ErrorCode.InvalidParams, `Unknown ${list}: ${identity}`);
    const completer = this.registry.completerMap.get(completerKey(list, identity, argument.name));
    if (!completer) return completionResult([]);
    return this.rethrown(`completion/complete ${completer.definition.key}`, async () =>
      completionResult(
        await call(completer.handler, {
          kind: 'completion',
          name: identity,
          value: argument.value,
          arguments: resolved?.arguments ?? {},
          context,
        }),
      ),
    );
  }

  /** @throws {JsonRpcError} -32002 when there is none */
  private findResource(uri: string): [RegisteredResource, Record<string, string>] {
    const fixed = this.registry.resourceMap.get(uri);
    if (fixed && !fixed.template) return [fixed, {}];
    for (const resource of this.registry.resourceMap.values()) {
      const variables = resource.template?.match(uri);
      if (variables) return [resource, decoded(variables as Record<string, string>)];
    }
    throw new JsonRpcError(RESOURCE_NOT_FOUND, `Resource not found: ${uri}`, { uri });
  }

  private async rethrown<T>(where: string, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      throw toProtocolError(error) ?? new JsonRpcError(ErrorCode.InternalError, this.mask(error, where));
    }
  }

  private mask(error: unknown, where: string): string {
    return `Internal error (correlation id ${this.errors.report(error, where)})`;
  }
}

async function call(handler: McpHandler, mcpCall: McpCall): Promise<unknown> {
  const result = streamedResult(await handler(mcpCall), mcpCall);
  return isObservable(result) ? lastValueFrom(result) : result;
}

async function checkOutput(
  { output }: RegisteredTool,
  { isError, structuredContent }: CallToolResult,
): Promise<void> {
  if (!output || isError) return;
  const outcome = await output.validate(structuredContent);
  if (outcome.ok) return;
  throw new TypeError(`the result does not fit the output schema: ${describeIssues(outcome.issues)}`);
}

function stringParam(params: Params, name: string): string {
  const value = params[name];
  if (typeof value === 'string') return value;
  throw new JsonRpcError(ErrorCode.InvalidParams, `Invalid params: "${name}" must be a string`);
}

function argumentsParam({ arguments: args = {} }: Params): Params {
  if (typeof args === 'object' && args !== null && !Array.isArray(args)) return args as Params;
  throw new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: "arguments" must be an object');
}

function decoded(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, decode(value)]));
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

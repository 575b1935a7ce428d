import { Inject, Injectable } from '@nestjs/common';
import { CompleteRequestParamsSchema, ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { isObservable, lastValueFrom } from 'rxjs';
import { completerKey, type RegisteredPrompt, type RegisteredTool } from '../discovery/registered-feature.js';
import { CacheRules } from '../discovery/cache-rules.js';
import { assertTimeout } from '../discovery/assert-timeout.js';
import { McpRegistry } from '../discovery/mcp.registry.js';
import { andThen } from '../model/and-then.js';
import type { McpCall, McpHandler } from '../model/call.js';
import { HandlerTimeoutError } from '../model/errors/handler-timeout.error.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { ERROR_REPORTER, type ErrorReporter } from '../model/error-reporter.js';
import type { McpContext } from '../model/mcp-context.js';
import type { McpPolicyContext } from '../model/mcp-policy.js';
import type {
  InvokedContext,
  InvokedMethod,
  Invoker,
  PreparedRequest,
  WatchableResource,
} from '../model/invoker.js';
import { MAX_URI_LENGTH } from '../model/normal-uri.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { AccessControl } from './access-control.js';
import { ArgumentCaps } from './argument-caps.js';
import { completionResult } from './completion-result.js';
import { asReturned, LiveResource, streamedResult } from './streamed-result.js';
import { FeatureLists, type ListMethod } from './feature-lists.js';
import { assertMirroredArguments } from './mirrored-arguments.js';
import { promptResult } from './prompt-result.js';
import { asProtocolError, missingCapability, toProtocolError, unknownFeature } from './protocol-error.js';
import { publicMessage } from '../model/error-text.js';
import { findResource, type FoundResource } from './resource-finder.js';
import { resourceResult } from './resource-result.js';
import { discard, isSource, readSource } from './returned-body.js';
import { withinTimeLimit } from './time-limit.js';
import type { ToolResult } from './protocol-shape.js';
import { checkedToolResult, legacyToolResult, ToolFailure, toolResult } from './tool-result.js';

type Params = Readonly<Record<string, unknown>>;
type Preparation = PreparedRequest | Promise<PreparedRequest>;
type Prepare = (params: Params, context: InvokedContext) => Preparation;

/** Answers the requests that call features of the registry. */
@Injectable()
export class McpInvoker implements Invoker {
  private readonly lists: FeatureLists;
  private readonly handlerMs: number | false;
  private readonly maxResultBytes: number;
  private readonly caps: ArgumentCaps;
  private readonly methods: Readonly<Record<InvokedMethod, Prepare>> = {
    'tools/list': (params, context) => this.prepareList('tools/list', params, context),
    'resources/list': (params, context) => this.prepareList('resources/list', params, context),
    'resources/templates/list': (params, context) =>
      this.prepareList('resources/templates/list', params, context),
    'prompts/list': (params, context) => this.prepareList('prompts/list', params, context),
    'tools/call': (params, context) => this.prepareTool(params, context),
    'resources/read': (params, context) => this.prepareRead(params, context),
    'prompts/get': (params, context) => this.preparePrompt(params, context),
    'completion/complete': (params, context) => this.prepareCompletion(params, context),
  };

  constructor(
    private readonly registry: McpRegistry,
    private readonly access: AccessControl,
    caching: CacheRules,
    @Inject(ERROR_REPORTER) private readonly errors: ErrorReporter,
    @Inject(MCP_OPTIONS) { limits }: ResolvedOptions,
  ) {
    this.lists = new FeatureLists(registry, access, caching, limits.pageSize);
    assertTimeout(limits.handlerMs, '"limits.handlerMs"');
    this.handlerMs = limits.handlerMs;
    this.maxResultBytes = limits.maxResultBytes;
    this.caps = new ArgumentCaps(limits);
  }

  prepare(method: InvokedMethod, params: Params, context: InvokedContext): Preparation {
    return this.methods[method](params, context);
  }

  watchable(uri: string, context: InvokedContext): WatchableResource | Promise<WatchableResource> {
    return andThen(this.admitResource(uri, context), (found) => ({
      watch: (onUpdate: () => void) => this.watch(found, uri, context, onUpdate),
      isReadable: (reader: McpPolicyContext) => this.access.grants(found.resource.definition, reader),
    }));
  }

  private watch(
    { resource, variables }: FoundResource,
    uri: string,
    context: InvokedContext,
    onUpdate: () => void,
  ): Promise<() => void> {
    const { name } = resource.definition;
    return this.rethrown(`resources/subscribe ${name}`, context, async () => {
      const mcpCall: McpCall = { kind: 'resource', name, uri, arguments: variables, context, watches: true };
      const returned = await this.limited(resource, context, () => this.handled(resource.handler, mcpCall));
      if (!(returned instanceof LiveResource)) {
        discard(returned);
        return () => undefined;
      }
      const error = (reason: unknown) => void this.errors.report(reason, `the live resource ${uri}`);
      // A value that comes synchronously (of a BehaviorSubject) is the present content, not a change.
      let subscribed = false;
      const subscription = returned.updates$.subscribe({ next: () => subscribed && onUpdate(), error });
      subscribed = true;
      return () => {
        try {
          subscription.unsubscribe();
        } catch (reason) {
          // Thrown by the application's teardown, which must not keep the session from ending.
          error(reason);
        }
      };
    });
  }

  private prepareList(method: ListMethod, params: Params, context: InvokedContext): Preparation {
    return () => this.lists.payload(method, params, context);
  }

  private prepareTool(params: Params, context: InvokedContext): Preparation {
    const name = stringParam(params, 'name');
    const args = argumentsParam(params);
    const { toolMap } = this.registry;
    const found = toolMap.get(name);
    return andThen(this.access.admit(found, toolMap.values(), context), (tool) => {
      if (!tool) throw unknownFeature(ErrorCode.InvalidParams, 'Unknown tool', name, found !== undefined);
      if (tool.mirrored && context.era === 'modern' && context.transport !== 'stdio')
        assertMirroredArguments(tool.mirrored, args, context.headers);
      return () => this.callTool(tool, args, context);
    });
  }

  private async callTool(tool: RegisteredTool, args: Params, context: InvokedContext): Promise<ToolResult> {
    const { name } = tool.definition;
    try {
      const mcpCall: McpCall = { kind: 'tool', name, arguments: args, context };
      const returned = await this.limited(tool, context, () => this.call(tool.handler, mcpCall, context));
      const result = tool.output
        ? await checkedToolResult(returned, tool.output)
        : toolResult(returned, name);
      return context.era === 'legacy' ? legacyToolResult(result) : result;
    } catch (error) {
      // The answer asks the client: what ended the run is neither told nor logged.
      if (context.isLeft) throw error;
      const protocolError = missingCapability(error, context) ?? asProtocolError(error, context);
      if (protocolError) throw protocolError;
      const known = error instanceof HandlerTimeoutError ? error.message : publicMessage(error);
      const text = known ?? this.mask(error, `tools/call ${name}`, context);
      return new ToolFailure(text, error);
    }
  }

  private prepareRead(params: Params, context: InvokedContext): Preparation {
    const uri = stringParam(params, 'uri');
    return andThen(this.admitResource(uri, context), ({ resource, variables }) => {
      context.cacheable(resource.cache);
      const { name, mimeType } = resource.definition;
      const mcpCall: McpCall = { kind: 'resource', name, uri, arguments: variables, context };
      return () =>
        this.rethrown(`resources/read ${name}`, context, async () =>
          resourceResult(
            await this.limited(resource, context, () => this.call(resource.handler, mcpCall, context)),
            uri,
            mimeType,
          ),
        );
    });
  }

  private preparePrompt(params: Params, context: InvokedContext): Preparation {
    const name = stringParam(params, 'name');
    const args = argumentsParam(params);
    return andThen(this.admitPrompt(name, context), (prompt) => {
      const mcpCall: McpCall = { kind: 'prompt', name, arguments: args, context };
      return () =>
        this.rethrown(`prompts/get ${name}`, context, async () =>
          promptResult(
            await this.limited(prompt, context, () => this.call(prompt.handler, mcpCall, context)),
            prompt.definition,
          ),
        );
    });
  }

  private async prepareCompletion(params: Params, context: InvokedContext): Promise<PreparedRequest> {
    // Before the SDK's schema visits each member.
    this.caps.assertCountable(params);
    const { success, data } = CompleteRequestParamsSchema.safeParse(params);
    if (!success)
      throw new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: "ref" and "argument" are needed');
    const { ref, argument, context: resolved } = data;
    const [list, identity] =
      ref.type === 'ref/prompt' ? (['prompt', ref.name] as const) : (['resource', ref.uri] as const);
    if (list === 'prompt') await this.admitPrompt(identity, context);
    else await this.admitReference(identity, context);
    const completer = this.registry.completerMap.get(completerKey(list, identity, argument.name));
    if (!completer || this.access.declared(completer.definition.access, context.principal) !== 'granted')
      return async () => completionResult([]);
    const mcpCall: McpCall = {
      kind: 'completion',
      name: identity,
      value: argument.value,
      arguments: resolved?.arguments ?? {},
      context,
    };
    return () =>
      this.rethrown(`completion/complete ${completer.definition.key}`, context, async () =>
        completionResult(
          await this.limited(completer, context, () => this.call(completer.handler, mcpCall, context)),
        ),
      );
  }

  /** @throws {JsonRpcError} -32602 when there is none */
  private admitPrompt(name: string, context: InvokedContext): RegisteredPrompt | Promise<RegisteredPrompt> {
    const { promptMap } = this.registry;
    const found = promptMap.get(name);
    return andThen(this.access.admit(found, promptMap.values(), context), (prompt) => {
      if (prompt) return prompt;
      throw unknownFeature(ErrorCode.InvalidParams, 'Unknown prompt', name, found !== undefined);
    });
  }

  /** @throws {JsonRpcError} -32602 when no resource or template is listed under this URI */
  private async admitReference(uri: string, context: InvokedContext): Promise<void> {
    const { resourceMap } = this.registry;
    const found = resourceMap.get(uri);
    if (!(await this.access.admit(found, resourceMap.values(), context)))
      throw unknownFeature(ErrorCode.InvalidParams, 'Unknown resource', uri, found !== undefined);
  }

  /** @throws {JsonRpcError} -32002 (legacy era) when there is none, else -32602, also for a URI that is too long */
  private admitResource(uri: string, context: InvokedContext): FoundResource | Promise<FoundResource> {
    if (uri.length > MAX_URI_LENGTH)
      throw new JsonRpcError(
        ErrorCode.InvalidParams,
        `Invalid params: "uri" is longer than ${MAX_URI_LENGTH} characters`,
      );
    const found = findResource(this.registry, uri);
    const { resourceMap } = this.registry;
    return andThen(this.access.admit(found?.resource, resourceMap.values(), context), (resource) => {
      if (resource) return found!;
      const code = context.resourceNotFoundCode;
      throw unknownFeature(code, 'Resource not found', uri, found !== undefined, { uri });
    });
  }

  private limited<T>(
    { timeoutMs = this.handlerMs }: { readonly timeoutMs?: number | false },
    context: InvokedContext,
    run: () => Promise<T>,
  ): Promise<T> {
    return withinTimeLimit(timeoutMs, (reason) => context.abort(reason), run);
  }

  private async call(handler: McpHandler, mcpCall: McpCall, context: InvokedContext): Promise<unknown> {
    try {
      const result = await this.handled(handler, mcpCall);
      const value = isObservable(result) ? asReturned(await lastValueFrom(result)) : result;
      return isSource(value) ? await readSource(value, this.maxResultBytes, context.signal) : value;
    } finally {
      if (context.isLeft) await context.unwound();
    }
  }

  private async handled(handler: McpHandler, mcpCall: McpCall): Promise<unknown> {
    this.caps.assert(mcpCall);
    return streamedResult(await handler(mcpCall), mcpCall);
  }

  private async rethrown<T>(where: string, context: InvokedContext, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (context.isLeft) throw error;
      throw (
        toProtocolError(error, context) ??
        new JsonRpcError(ErrorCode.InternalError, this.mask(error, where, context))
      );
    }
  }

  private mask(error: unknown, where: string, context: McpContext): string {
    return `Internal error (correlation id ${this.errors.report(error, where, context)})`;
  }
}

function stringParam(params: Params, name: string): string {
  const value = params[name];
  if (typeof value === 'string') return value;
  throw new JsonRpcError(ErrorCode.InvalidParams, `Invalid params: "${name}" must be a string`);
}

function argumentsParam({ arguments: given }: Params): Params {
  const args = given ?? {};
  if (typeof args === 'object' && args !== null && !Array.isArray(args)) return args as Params;
  throw new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: "arguments" must be an object');
}

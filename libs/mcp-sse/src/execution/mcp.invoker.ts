import { Inject, Injectable, Optional } from '@nestjs/common';
import { CompleteRequestParamsSchema, ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { completerKey, type RegisteredPrompt } from '../discovery/registered-feature.js';
import { CacheRules } from '../discovery/cache-rules.js';
import { McpRegistry } from '../discovery/mcp.registry.js';
import { assertCounts } from '../model/assert-counts.js';
import { andThen } from '../model/and-then.js';
import { NOT_KEPT } from '../model/cache-hint.js';
import type { McpCall } from '../model/call.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { ERROR_REPORTER, type ErrorReporter } from '../model/error-reporter.js';
import type { Viewer } from '../model/mcp-policy.js';
import type {
  InvokedContext,
  InvokedMethod,
  Invoker,
  PreparedRequest,
  WatchableResource,
} from '../model/invoker.js';
import { APPS_EXTENSION, isApp } from '../model/apps.js';
import { MAX_URI_LENGTH } from '../model/normal-uri.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { appResult } from './app-result.js';
import { RESULT_STORE, type ResultStore } from '../model/result-store.js';
import { AccessControl } from './access-control.js';
import { completionResult } from './completion-result.js';
import { LiveResource } from './streamed-result.js';
import { FeatureLists, type ListMethod } from './feature-lists.js';
import { ToolSearch } from './tool-search/tool-search.js';
import { Visibility } from './visibility.js';
import { HandlerRunner } from './handler-runner.js';
import { argumentsParam, stringParam, type Params } from './sent-params.js';
import { ToolCalls } from './tool-calls.js';
import { promptResult } from './prompt-result.js';
import { toProtocolError, unknownFeature } from './protocol-error.js';
import { findResource, type FoundResource } from './resource-finder.js';
import { resourceResult } from './resource-result.js';
import { KeptResults } from './results/kept-results.js';
import { ResultLimits } from './results/result-limits.js';
import { discard } from './returned-body.js';

type Preparation = PreparedRequest | Promise<PreparedRequest>;
type Prepare = (params: Params, context: InvokedContext) => Preparation;

const APPS = Object.freeze({ [APPS_EXTENSION]: {} });

/** Answers the requests that call features of the registry. */
@Injectable()
export class McpInvoker implements Invoker {
  private readonly lists: FeatureLists;
  private readonly kept: KeptResults;
  private readonly limits: ResultLimits;
  private readonly runner: HandlerRunner;
  private readonly tools: ToolCalls;
  private readonly methods: Readonly<Record<InvokedMethod, Prepare>> = {
    'tools/list': (params, context) => this.prepareList('tools/list', params, context),
    'resources/list': (params, context) => this.prepareList('resources/list', params, context),
    'resources/templates/list': (params, context) =>
      this.prepareList('resources/templates/list', params, context),
    'prompts/list': (params, context) => this.prepareList('prompts/list', params, context),
    'tools/call': (params, context) => this.tools.prepare(params, context),
    'resources/read': (params, context) => this.prepareRead(params, context),
    'prompts/get': (params, context) => this.preparePrompt(params, context),
    'completion/complete': (params, context) => this.prepareCompletion(params, context),
  };

  /** @throws {McpConfigurationError} when a limit of results is none */
  constructor(
    private readonly registry: McpRegistry,
    private readonly access: AccessControl,
    visibility: Visibility,
    caching: CacheRules,
    @Inject(ERROR_REPORTER) private readonly errors: ErrorReporter,
    @Inject(MCP_OPTIONS) { limits, results }: ResolvedOptions,
    @Inject(RESULT_STORE) store: ResultStore,
    @Optional() @Inject(ToolSearch) search?: ToolSearch,
  ) {
    assertCounts(results, 'results');
    const { ttlMs, maxBytesPerPrincipal } = results;
    this.kept = new KeptResults(store, { ttlMs, maxBytes: maxBytesPerPrincipal });
    this.limits = new ResultLimits(limits, this.kept);
    this.lists = new FeatureLists(registry, access, visibility, caching, limits.pageSize, search);
    this.runner = new HandlerRunner(errors, limits, this.limits);
    this.tools = new ToolCalls(registry, access, this.runner, this.limits, search !== undefined);
  }

  get extensions(): Readonly<Record<string, object>> | undefined {
    return this.registry.resources.some(isApp) ? APPS : undefined;
  }

  prepare(method: InvokedMethod, params: Params, context: InvokedContext): Preparation {
    return this.methods[method](params, context);
  }

  admitsTool(name: string | undefined, context: InvokedContext): boolean | Promise<boolean> {
    return this.tools.admits(name, context);
  }

  watchable(uri: string, context: InvokedContext): WatchableResource | Promise<WatchableResource> {
    return andThen(this.admitResource(uri, context), (found) => ({
      watch: (onUpdate: () => void) => this.watch(found, uri, context, onUpdate),
      isReadable: (reader: Viewer) => this.access.grants(found.resource.definition, reader),
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
      const returned = await this.runner.begin(resource, mcpCall, context);
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

  private prepareRead(params: Params, context: InvokedContext): Preparation {
    const uri = stringParam(params, 'uri');
    if (!KeptResults.hasUri(uri)) return this.prepareReadOf(uri, context);
    return this.findKept(uri, context).then((kept) => {
      if (!kept) return this.prepareReadOf(uri, context);
      context.cacheable(NOT_KEPT);
      return () => kept;
    });
  }

  /** @returns undefined if the caller has no such result, or may not use its tool any more */
  private async findKept(uri: string, context: InvokedContext): Promise<object | undefined> {
    const kept = await this.kept.find(uri, context);
    const tool = kept && this.registry.toolMap.get(kept.tool);
    return tool && (await this.access.grants(tool.definition, context)) ? kept.contents : undefined;
  }

  private prepareReadOf(uri: string, context: InvokedContext): Preparation {
    return andThen(this.admitResource(uri, context), ({ resource, variables }) => {
      context.cacheable(resource.cache);
      const { name, mimeType, ui } = resource.definition;
      const mcpCall: McpCall = { kind: 'resource', name, uri, arguments: variables, context };
      return () =>
        this.rethrown(`resources/read ${name}`, context, async () => {
          const returned = await this.runner.run(resource, mcpCall, context);
          const result = ui ? appResult(returned, uri, ui) : resourceResult(returned, uri, mimeType);
          return this.limits.read(result);
        });
    });
  }

  private preparePrompt(params: Params, context: InvokedContext): Preparation {
    const name = stringParam(params, 'name');
    const args = argumentsParam(params);
    return andThen(this.admitPrompt(name, context), (prompt) => {
      const mcpCall: McpCall = { kind: 'prompt', name, arguments: args, context };
      return () =>
        this.rethrown(`prompts/get ${name}`, context, async () =>
          this.limits.read(promptResult(await this.runner.run(prompt, mcpCall, context), prompt.definition)),
        );
    });
  }

  private async prepareCompletion(params: Params, context: InvokedContext): Promise<PreparedRequest> {
    // Before the SDK's schema visits each member.
    this.runner.caps.assertCountable(params);
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
        completionResult(await this.runner.run(completer, mcpCall, context)),
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

  private async rethrown<T>(where: string, context: InvokedContext, run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      if (context.isLeft) throw error;
      throw (
        toProtocolError(error, context) ??
        new JsonRpcError(ErrorCode.InternalError, this.runner.mask(error, where, context))
      );
    }
  }
}

import { Inject, Injectable, Logger } from '@nestjs/common';
import { map, Subject, type Observable } from 'rxjs';
import type { McpPromptOptions } from '../decorators/mcp-prompt.decorator.js';
import type { McpResourceOptions } from '../decorators/mcp-resource.decorator.js';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import type { McpHandler } from '../model/call.js';
import type {
  McpDefinition,
  McpPromptDefinition,
  McpResourceDefinition,
  McpToolDefinition,
} from '../model/definitions.js';
import { ERROR_REPORTER, type ErrorReporter } from '../model/error-reporter.js';
import { McpInvalidArgumentsException } from '../model/errors/mcp-invalid-arguments.exception.js';
import type { McpContext } from '../model/mcp-context.js';
import { normalUri } from '../model/normal-uri.js';
import { TolerantStream } from '../model/tolerant-stream.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { compileSchema } from '../schema/compile-schema.js';
import { assertToolName } from './assert-tool-name.js';
import { assertTimeout } from './assert-timeout.js';
import { accessOf } from './declared-access.js';
import {
  ANY_ARGUMENTS,
  promptDefinition,
  resourceDefinition,
  toolDefinition,
  uriTemplate,
} from './definitions.js';
import { FeatureMap } from './feature-map.js';
import { refusedByClients } from './refused-by-clients.js';
import type {
  RegisteredCompleter,
  RegisteredPrompt,
  RegisteredResource,
  RegisteredTool,
} from './registered-feature.js';

/** Answers a call of a feature that was added at run time. It may return what a decorated method may. */
export type McpRunTimeHandler<Args = Record<string, unknown>> = (args: Args, context: McpContext) => unknown;

export type McpFeatureList = 'tools' | 'resources' | 'prompts';

/** Whom a feature is for that is added at run time: what `@McpScopes()` and `@McpRoles()` say of others. */
export interface McpAccessOptions {
  /** The principal needs every one of them. */
  scopes?: string[];
  /** The principal needs one of them. */
  roles?: string[];
}

interface Change {
  readonly list: McpFeatureList;
  /** What was added or removed. */
  readonly definition: McpDefinition;
}

const AT_RUN_TIME = 'one added at run time';

/** What the server offers: what decorators say, and what is added and removed while it runs. */
@Injectable()
export class McpRegistry {
  private readonly logger = new Logger('McpSseModule');
  /** @internal */
  readonly toolMap = new FeatureMap<RegisteredTool>('tool', 'name');
  /** @internal */
  readonly resourceMap = new FeatureMap<RegisteredResource>('resource', 'uri', uriKey);
  /** @internal */
  readonly promptMap = new FeatureMap<RegisteredPrompt>('prompt', 'name');
  /** @internal */
  readonly completerMap = new FeatureMap<RegisteredCompleter>('completer', 'key');
  /** @internal */
  readonly changed$ = new Subject<Change>();

  get tools(): readonly McpToolDefinition[] {
    return this.toolMap.definitions;
  }

  /** Resources and resource templates. */
  get resources(): readonly McpResourceDefinition[] {
    return this.resourceMap.definitions;
  }

  get prompts(): readonly McpPromptDefinition[] {
    return this.promptMap.definitions;
  }

  /**
   * Emits the list that something was added to or removed from; clients that may see it are told by
   * `list_changed`. A subscriber that throws or rejects keeps its subscription; its first failure is logged.
   */
  readonly changes$: Observable<McpFeatureList> = new TolerantStream(this.changed$, (error) =>
    this.errors.report(error, 'a subscriber of McpRegistry.changes$'),
  ).pipe(map(({ list }) => list));

  constructor(@Inject(ERROR_REPORTER) private readonly errors: ErrorReporter) {}

  /**
   * @throws {McpDuplicateNameError} when there is a tool of this name
   * @throws {McpConfigurationError} when a tool cannot have this name, or the options contradict each other
   * @throws {McpSchemaError}
   */
  addTool<Args = Record<string, unknown>>(
    options: McpToolOptions & McpAccessOptions & { name: string },
    handler: McpRunTimeHandler<Args>,
  ): void {
    const where = `addTool("${options.name}")`;
    assertToolName(options.name, where);
    const input = options.input && compileSchema(options.input, `${where} (input)`, 'input');
    const output = options.output && compileSchema(options.output, `${where} (output)`, 'output');
    this.register('tools', {
      definition: toolDefinition(
        options,
        options.name,
        accessOf(options, where),
        input?.jsonSchema ?? ANY_ARGUMENTS,
        output,
      ),
      output,
      audit: options.audit,
      handler: checkedHandler(handler as McpRunTimeHandler, input),
      timeoutMs: options.timeoutMs,
      source: AT_RUN_TIME,
    });
  }

  /** @returns whether there was such a tool */
  removeTool(name: string): boolean {
    return this.unregister('tools', name);
  }

  /**
   * The handler gets the variables of the URI template as its arguments.
   *
   * @throws {McpDuplicateNameError} when there is a resource of this URI
   * @throws {McpConfigurationError} when the options contradict each other
   */
  addResource<Args = Record<string, string>>(
    options: McpResourceOptions & McpAccessOptions & { name: string },
    handler: McpRunTimeHandler<Args>,
  ): void {
    const where = `addResource("${options.uri}")`;
    this.register('resources', {
      definition: resourceDefinition(options, options.name, accessOf(options, where)),
      template: uriTemplate(options.uri, where),
      handler: checkedHandler(handler as McpRunTimeHandler),
      timeoutMs: options.timeoutMs,
      source: AT_RUN_TIME,
    });
  }

  /** @returns whether there was such a resource */
  removeResource(uri: string): boolean {
    return this.unregister('resources', uri);
  }

  /**
   * @throws {McpDuplicateNameError} when there is a prompt of this name
   * @throws {McpConfigurationError} when the options contradict each other
   * @throws {McpSchemaError}
   */
  addPrompt<Args = Record<string, string>>(
    options: McpPromptOptions & McpAccessOptions & { name: string },
    handler: McpRunTimeHandler<Args>,
  ): void {
    const where = `addPrompt("${options.name}")`;
    const args = options.args && compileSchema(options.args, `${where} (args)`, 'input');
    this.register('prompts', {
      definition: promptDefinition(options, options.name, accessOf(options, where), args),
      handler: checkedHandler(handler as McpRunTimeHandler, args),
      timeoutMs: options.timeoutMs,
      source: AT_RUN_TIME,
    });
  }

  /** @returns whether there was such a prompt */
  removePrompt(name: string): boolean {
    return this.unregister('prompts', name);
  }

  /** @internal */
  register(list: 'tools', feature: RegisteredTool): void;
  /** @internal */
  register(list: 'resources', feature: RegisteredResource): void;
  /** @internal */
  register(list: 'prompts', feature: RegisteredPrompt): void;
  register(list: McpFeatureList, feature: RegisteredTool | RegisteredResource | RegisteredPrompt): void {
    assertTimeout(feature.timeoutMs, `"timeoutMs" of ${feature.source}`);
    (this.mapOf(list) as FeatureMap<typeof feature>).add(feature);
    if (feature.definition.kind === 'tool')
      for (const sentence of refusedByClients(feature.definition))
        this.logger.warn(`${feature.source} ${sentence}.`);
    this.changed$.next({ list, definition: feature.definition });
  }

  private unregister(list: McpFeatureList, identity: string): boolean {
    const feature = this.mapOf(list).get(identity);
    if (!feature) return false;
    this.mapOf(list).delete(identity);
    this.changed$.next({ list, definition: feature.definition });
    return true;
  }

  private mapOf(
    list: McpFeatureList,
  ): FeatureMap<RegisteredTool> | FeatureMap<RegisteredResource> | FeatureMap<RegisteredPrompt> {
    return { tools: this.toolMap, resources: this.resourceMap, prompts: this.promptMap }[list];
  }
}

/** Templates are no URIs, and what they differ in is not to be made the same. */
function uriKey(uri: string): string {
  return uri.includes('{') ? uri : normalUri(uri);
}

function checkedHandler(handler: McpRunTimeHandler, schema?: CompiledSchema): McpHandler {
  if (!schema) return (call) => handler(call.arguments, call.context);
  return async (call) => {
    const outcome = await schema.validate(call.arguments);
    if (!outcome.ok) throw new McpInvalidArgumentsException(outcome.issues, outcome.more);
    return handler(outcome.value as Record<string, unknown>, call.context);
  };
}

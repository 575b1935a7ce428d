import { Inject, Injectable, Logger } from '@nestjs/common';
import { map, type Observable, Subject } from 'rxjs';
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
import type { McpSchemaSource } from '../model/schema-source.js';
import { compileSchema } from '../schema/compile-schema.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { CacheRules } from './cache-rules.js';
import { refusedByClients } from './client-rules.js';
import { assertTimeout } from './assert-timeout.js';
import { accessOf } from './declared-access.js';
import {
  ANY_ARGUMENTS,
  declaredInput,
  promptRecipe,
  resourceRecipe,
  toolRecipe,
  type Declaration,
} from './feature-recipes.js';
import { FeatureMap } from './feature-map.js';
import type {
  RegisteredCompleter,
  RegisteredFeature,
  RegisteredPrompt,
  RegisteredResource,
  RegisteredTool,
} from './registered-feature.js';

/** Handles a feature that was added at run time. It may return whatever a decorated method may. */
export type McpRunTimeHandler<Args = Record<string, unknown>> = (args: Args, context: McpContext) => unknown;

export type McpFeatureList = 'tools' | 'resources' | 'prompts';

/** Who may use a feature that is added at run time, as `@McpScopes()` and `@McpRoles()` say for decorated methods. */
export interface McpAccessOptions {
  /** The principal needs all of them. */
  scopes?: string[];
  /** The principal needs one of them. */
  roles?: string[];
  /** Everyone that the server's guards let in may use it, as `@McpPublic()` says. */
  public?: boolean;
  /** The toolsets that it is part of, as `@McpToolset()` says. */
  toolsets?: string[];
}

interface Change {
  readonly list: McpFeatureList;
  /** Of the feature that was added or removed. */
  readonly definition: McpDefinition;
}

const AT_RUN_TIME = 'one added at run time';

const LIST_OF = { tool: 'tools', resource: 'resources', prompt: 'prompts' } as const;

/** The features that the server offers: decorated methods, and what is added and removed at run time. */
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
   * Emits the list whose features changed; clients that may see the change get `list_changed`. A subscriber that
   * throws or rejects keeps its subscription; its first failure is logged.
   */
  readonly changes$: Observable<McpFeatureList> = new TolerantStream(this.changed$, (error) =>
    this.errors.report(error, 'a subscriber of McpRegistry.changes$'),
  ).pipe(map(({ list }) => list));

  constructor(
    @Inject(ERROR_REPORTER) private readonly errors: ErrorReporter,
    private readonly caching: CacheRules,
  ) {}

  /** @internal Whether a tool's calls can become tasks. */
  get hasTaskTools(): boolean {
    for (const { task } of this.toolMap.values()) if (task) return true;
    return false;
  }

  /**
   * @throws {McpDuplicateNameError} when there is a tool of this name
   * @throws {McpConfigurationError} when a tool cannot have this name, an argument cannot have its `x-mcp-header`, or the
   *   options contradict each other
   * @throws {McpSchemaError}
   */
  addTool<Args = Record<string, unknown>>(
    options: McpToolOptions & McpAccessOptions & { name: string },
    handler: McpRunTimeHandler<Args>,
  ): void {
    const declaration = declarationOf(options, 'addTool');
    const input = declaredInput(options, declaration.where);
    const { schema, ...feature } = toolRecipe(declaration, input, ANY_ARGUMENTS);
    this.register({ ...feature, handler: checkedHandler(handler as McpRunTimeHandler, schema) });
  }

  /** @returns whether the tool existed */
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
    const declaration = declarationOf(options, 'addResource', options.uri);
    const cache = this.caching.ofRead(options.cache, { ...declaration, isGuarded: false });
    const { schema: _none, ...feature } = resourceRecipe(declaration, cache);
    this.register({ ...feature, handler: checkedHandler(handler as McpRunTimeHandler) });
  }

  /** @returns whether the resource existed */
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
    const { schema, ...feature } = promptRecipe(declarationOf(options, 'addPrompt'), options.args);
    this.register({ ...feature, handler: checkedHandler(handler as McpRunTimeHandler, schema) });
  }

  /** @returns whether the prompt existed */
  removePrompt(name: string): boolean {
    return this.unregister('prompts', name);
  }

  /**
   * Adds a tool of the library.
   *
   * @internal
   */
  registerOwn(
    definition: McpToolDefinition,
    input: McpSchemaSource,
    source: string,
    handler: McpRunTimeHandler,
  ): void {
    const schema = compileSchema(input, definition.name, 'input');
    this.register({ definition, source, handler: checkedHandler(handler, schema) });
  }

  /** @internal */
  register(feature: RegisteredFeature): void {
    const { definition, source } = feature;
    assertTimeout(feature.timeoutMs, `"timeoutMs" of ${source}`);
    this.mapOf(LIST_OF[definition.kind]).add(feature);
    if (definition.kind === 'tool')
      for (const sentence of refusedByClients(definition)) this.logger.warn(`${source} ${sentence}.`);
    this.changed$.next({ list: LIST_OF[definition.kind], definition });
  }

  private unregister(list: McpFeatureList, identity: string): boolean {
    const feature = this.mapOf(list).get(identity);
    if (!feature) return false;
    this.mapOf(list).delete(identity);
    this.changed$.next({ list, definition: feature.definition });
    return true;
  }

  private mapOf(list: McpFeatureList): FeatureMap<RegisteredFeature> {
    const maps = { tools: this.toolMap, resources: this.resourceMap, prompts: this.promptMap };
    return maps[list] as FeatureMap<RegisteredFeature>;
  }
}

function declarationOf<Options extends McpAccessOptions & { name: string }>(
  options: Options,
  method: string,
  identity = options.name,
): Declaration<Options> {
  const where = `${method}("${identity}")`;
  return { options, defaultName: options.name, access: accessOf(options, where), where, source: AT_RUN_TIME };
}

/** URIs that mean the same get the same key. Templates stay as they are. */
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

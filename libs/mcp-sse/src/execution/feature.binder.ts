import { Injectable } from '@nestjs/common';
import { TOOL_METADATA } from '../decorators/metadata-keys.js';
import { ParameterKind } from '../decorators/parameter.decorators.js';
import { CacheRules, type ReadSubject } from '../discovery/cache-rules.js';
import { AppFile } from '../discovery/app-file.js';
import type { DiscoveredMethod } from '../discovery/discovered-method.js';
import {
  appRecipe,
  declaredInput,
  NO_ARGUMENTS,
  promptRecipe,
  resourceRecipe,
  toolRecipe,
  type Declaration,
  type Recipe,
} from '../discovery/feature-recipes.js';
import { McpRegistry } from '../discovery/mcp.registry.js';
import { methodParameters, NO_PARAMETERS, type MethodParameters } from '../discovery/method-parameters.js';
import { completerKey, type RegisteredFeature } from '../discovery/registered-feature.js';
import type { McpAppOptions } from '../decorators/mcp-app.decorator.js';
import type { McpCompleteOptions } from '../decorators/mcp-complete.decorator.js';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import {
  McpConfigurationError,
  McpParameterError,
  McpSchemaError,
} from '../model/errors/mcp-configuration.error.js';
import type { McpSchemaSource } from '../model/schema-source.js';
import { isGuarded } from '../nest/enhancer-metadata.js';
import { prepareForClasses } from '../schema/class-packages.js';
import { McpHandlerFactory } from './mcp-handler.factory.js';

/** Registers decorated methods as features. */
@Injectable()
export class FeatureBinder {
  constructor(
    private readonly registry: McpRegistry,
    private readonly handlers: McpHandlerFactory,
    private readonly caching: CacheRules,
  ) {}

  /** @throws {McpConfigurationError} when a method cannot be served; the message names it and says what to do */
  async bind(method: DiscoveredMethod): Promise<void> {
    // Again for lazily loaded modules, whose classes may be the first that need it.
    await prepareForClasses();
    const { feature, where } = method;
    if (feature.kind === 'app') return this.bindApp(feature.options, method);
    const parameters = methodParameters(method);
    switch (feature.kind) {
      case 'tool': {
        const input = argumentsSource(parameters, declaredInput(feature.options, where), 'input', where);
        const recipe = toolRecipe(declarationOf(method, feature.options), input, NO_ARGUMENTS);
        return this.register(recipe, method, parameters);
      }
      case 'resource': {
        const declaration = declarationOf(method, feature.options);
        const cache = this.caching.ofRead(feature.options.cache, readSubject(method));
        const recipe = resourceRecipe(declaration, cache, parameters.argsType);
        return this.register(recipe, method, parameters, recipe.template?.variableNames);
      }
      case 'prompt': {
        const args = argumentsSource(parameters, feature.options.args, 'args', where);
        return this.register(promptRecipe(declarationOf(method, feature.options), args), method, parameters);
      }
      case 'completion':
        return this.registerCompleter(feature.options, method, parameters);
    }
  }

  private async bindApp(options: McpAppOptions, method: DiscoveredMethod): Promise<void> {
    const { where, prototype, methodName } = method;
    const cache = this.caching.ofRead(options.cache, readSubject(method));
    const recipe = appRecipe(declarationOf(method, options), cache);
    const tool = Reflect.getMetadata(TOOL_METADATA, prototype, methodName) as McpToolOptions | undefined;
    if (tool && tool.ui === undefined)
      throw new McpConfigurationError(
        `${where} is a tool and an app, but the tool does not name the app. Add it to @McpTool(): ui: '${options.uri}'.`,
      );
    if (options.file !== undefined) {
      const file = await AppFile.open(options.file, where);
      return this.register(recipe, { ...method, replacement: () => file.read() }, NO_PARAMETERS);
    }
    if (tool)
      throw new McpConfigurationError(
        `${where} is a tool and an app, so what it returns cannot be the HTML. Give @McpApp() a "file", or put it on a ` +
          'method of its own.',
      );
    return this.register(recipe, method, methodParameters(method));
  }

  private async register(
    { schema, ...feature }: Recipe<RegisteredFeature>,
    method: DiscoveredMethod,
    parameters: MethodParameters,
    variables: readonly string[] = [],
  ): Promise<void> {
    assertVariables(parameters, variables, method.where);
    const handler = await this.handlers.create(method, parameters, schema);
    this.registry.register({ ...feature, handler } as RegisteredFeature);
  }

  private async registerCompleter(
    { prompt, resource, argument }: McpCompleteOptions,
    method: DiscoveredMethod,
    parameters: MethodParameters,
  ): Promise<void> {
    const { access, where } = method;
    if ((prompt === undefined) === (resource === undefined))
      throw new McpConfigurationError(`${where}: @McpComplete() needs either "prompt" or "resource".`);
    const key = completerKey(prompt === undefined ? 'resource' : 'prompt', (prompt ?? resource)!, argument);
    const handler = await this.handlers.create(method, parameters);
    this.registry.completerMap.add({ definition: { key, access }, handler, source: sourceOf(method) });
  }
}

function declarationOf<Options>(method: DiscoveredMethod, options: Options): Declaration<Options> {
  const { access, methodName: defaultName, where } = method;
  return { options, defaultName, access, where, source: sourceOf(method) };
}

function readSubject({ access, where, prototype, methodName }: DiscoveredMethod): ReadSubject {
  const method = (prototype as Record<string, object>)[methodName]!;
  return { access, where, isGuarded: [prototype.constructor, method].some(isGuarded) };
}

/** Several modules may provide the same class. */
function sourceOf({ where, wrapper }: DiscoveredMethod): string {
  return `${where} of ${wrapper.host!.name}`;
}

/** @throws {McpParameterError} when a parameter asks for a variable that the URI does not have */
function assertVariables({ piped }: MethodParameters, variables: readonly string[], where: string): void {
  for (const [key, { index, data }] of Object.entries(piped))
    if (key.startsWith(`${ParameterKind.UriParam}:`) && !variables.includes(data as string))
      throw new McpParameterError(
        where,
        index,
        `@McpUriParam() names "${String(data)}", but the variables of its URI are: ${variables.join(', ') || 'none'}.`,
      );
}

/** @throws {McpSchemaError} when a method takes arguments and nothing describes them */
function argumentsSource(
  { argsIndex, argsType, hasTypes }: MethodParameters,
  declared: McpSchemaSource | undefined,
  option: 'input' | 'args',
  where: string,
): McpSchemaSource | undefined {
  const source = declared ?? argsType;
  if (source || argsIndex === undefined) return source;
  throw new McpSchemaError(
    where,
    hasTypes
      ? `the type of its arguments is not a class, so there is no schema for them. Declare a class with ` +
          `class-validator decorators (imported without "type", and not in a circle of imports), or pass "${option}". ` +
          'If the parameter is the context, decorate it with @McpCtx().'
      : `the compiler left no type of its arguments, so there is no schema for them. Pass "${option}", or set ` +
          `"emitDecoratorMetadata" in tsconfig.json ("decoratorMetadata" for swc; esbuild, as in Vitest, needs a ` +
          'plugin such as unplugin-swc). If the parameter is the context, decorate it with @McpCtx().',
  );
}

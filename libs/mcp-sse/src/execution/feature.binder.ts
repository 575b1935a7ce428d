import { Injectable } from '@nestjs/common';
import { assertToolName } from '../discovery/assert-tool-name.js';
import type { DiscoveredMethod, FeatureMetadata } from '../discovery/discovered-method.js';
import {
  NO_ARGUMENTS,
  promptDefinition,
  resourceDefinition,
  toolDefinition,
  uriTemplate,
} from '../discovery/definitions.js';
import { ParameterKind } from '../decorators/parameter-kind.js';
import { completerKey } from '../discovery/completer-key.js';
import { McpRegistry } from '../discovery/mcp.registry.js';
import { methodParameters, type MethodParameters } from '../discovery/method-parameters.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { McpParameterError } from '../model/errors/mcp-parameter.error.js';
import { McpSchemaError } from '../model/errors/mcp-schema.error.js';
import type { McpSchemaSource } from '../model/schema-source.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { compileSchema } from '../schema/compile-schema.js';
import { McpHandlerFactory } from './mcp-handler.factory.js';

type Of<Kind extends FeatureMetadata['kind']> = DiscoveredMethod<Extract<FeatureMetadata, { kind: Kind }>>;

/** Makes registered features of decorated methods: their schema, their definition, their handler. */
@Injectable()
export class FeatureBinder {
  constructor(
    private readonly registry: McpRegistry,
    private readonly handlers: McpHandlerFactory,
  ) {}

  /** @throws {McpConfigurationError} when a method cannot be served; the message names it and says what to do */
  async bind(method: DiscoveredMethod): Promise<void> {
    switch (method.feature.kind) {
      case 'tool':
        return this.bindTool(method as Of<'tool'>);
      case 'resource':
        return this.bindResource(method as Of<'resource'>);
      case 'prompt':
        return this.bindPrompt(method as Of<'prompt'>);
      case 'completion':
        return this.bindCompleter(method as Of<'completion'>);
    }
  }

  private async bindTool(method: Of<'tool'>): Promise<void> {
    const { feature, access, methodName, where } = method;
    assertToolName(feature.options.name ?? methodName, where);
    const parameters = methodParameters(method);
    assertVariables(parameters, [], where);
    const input = argumentsSchema(parameters, feature.options.input, 'input', where);
    const { output: outputSource } = feature.options;
    const output = outputSource && compileSchema(outputSource, `${where} (output)`, 'output');
    this.registry.register('tools', {
      definition: toolDefinition(
        feature.options,
        methodName,
        access,
        input?.jsonSchema ?? NO_ARGUMENTS,
        output,
      ),
      output,
      audit: feature.options.audit,
      handler: await this.handlers.create(method, parameters, input),
      timeoutMs: feature.options.timeoutMs,
      source: sourceOf(method),
    });
  }

  private async bindResource(method: Of<'resource'>): Promise<void> {
    const { feature, access, methodName, where } = method;
    const parameters = methodParameters(method);
    const template = uriTemplate(feature.options.uri, where);
    assertVariables(parameters, template?.variableNames ?? [], where);
    const schema = parameters.argsType && compileSchema(parameters.argsType, `${where} (variables)`, 'input');
    this.registry.register('resources', {
      definition: resourceDefinition(feature.options, methodName, access),
      template,
      handler: await this.handlers.create(method, parameters, schema),
      timeoutMs: feature.options.timeoutMs,
      source: sourceOf(method),
    });
  }

  private async bindPrompt(method: Of<'prompt'>): Promise<void> {
    const { feature, access, methodName, where } = method;
    const parameters = methodParameters(method);
    assertVariables(parameters, [], where);
    const args = argumentsSchema(parameters, feature.options.args, 'args', where);
    this.registry.register('prompts', {
      definition: promptDefinition(feature.options, methodName, access, args),
      handler: await this.handlers.create(method, parameters, args),
      timeoutMs: feature.options.timeoutMs,
      source: sourceOf(method),
    });
  }

  private async bindCompleter(method: Of<'completion'>): Promise<void> {
    const { feature, access, where } = method;
    const { prompt, resource, argument } = feature.options;
    if ((prompt === undefined) === (resource === undefined))
      throw new McpConfigurationError(`${where}: @McpComplete() needs either "prompt" or "resource".`);
    const key = completerKey(prompt === undefined ? 'resource' : 'prompt', (prompt ?? resource)!, argument);
    const handler = await this.handlers.create(method, methodParameters(method));
    this.registry.completerMap.add({ definition: { key, access }, handler, source: sourceOf(method) });
  }
}

/** A class may be provided by more than one module. */
function sourceOf({ where, wrapper }: DiscoveredMethod): string {
  return `${where} of ${wrapper.host!.name}`;
}

/** @throws {McpParameterError} when a parameter is to receive a variable that there is not */
function assertVariables({ piped }: MethodParameters, variables: readonly string[], where: string): void {
  for (const [key, { index, data }] of Object.entries(piped))
    if (key.startsWith(`${ParameterKind.UriParam}:`) && !variables.includes(data as string))
      throw new McpParameterError(
        where,
        index,
        `@McpUriParam() names "${String(data)}", but the variables of its URI are: ${variables.join(', ') || 'none'}.`,
      );
}

/** @throws {McpSchemaError} when there are arguments but nothing says which */
function argumentsSchema(
  { argsIndex, argsType }: MethodParameters,
  declared: McpSchemaSource | undefined,
  option: 'input' | 'args',
  where: string,
): CompiledSchema | undefined {
  const source = declared ?? argsType;
  if (source) return compileSchema(source, `${where} (${option})`, 'input');
  if (argsIndex === undefined) return undefined;
  throw new McpSchemaError(
    where,
    `the type of its arguments is not a class, so there is no schema for them. Declare a class with ` +
      `class-validator decorators (imported without "type"), or pass "${option}".`,
  );
}

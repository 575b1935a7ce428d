import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { McpDecoratedControllerError } from '../model/errors/mcp-decorated-controller.error.js';
import type { DiscoveredMethod } from './discovered-method.js';
import { McpMetadataAccessor } from './mcp-metadata.accessor.js';

type Wrapper = DiscoveredMethod['wrapper'];

const DECORATORS = { tool: '@McpTool()', resource: '@McpResource()', prompt: '@McpPrompt()' };

/** Finds the decorated methods of every provider of every module. */
@Injectable()
export class McpExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly accessor: McpMetadataAccessor,
  ) {}

  /** @throws {McpDecoratedControllerError} when a controller has a decorated method */
  explore(): DiscoveredMethod[] {
    for (const wrapper of this.discovery.getControllers() as Wrapper[])
      for (const { feature, where, methodName } of this.methodsOf(wrapper))
        throw new McpDecoratedControllerError(DECORATORS[feature.kind], where.split('.')[0]!, methodName);
    return (this.discovery.getProviders() as Wrapper[])
      .filter((wrapper) => !wrapper.isAlias)
      .flatMap((wrapper) => this.methodsOf(wrapper));
  }

  private methodsOf(wrapper: Wrapper): DiscoveredMethod[] {
    const prototype = prototypeOf(wrapper);
    if (!prototype) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
      const method = (prototype as Record<string, object>)[methodName]!;
      const where = `${prototype.constructor.name}.${methodName}`;
      return this.accessor
        .features(method)
        .map((feature) => ({ feature, wrapper, prototype, methodName, where }));
    });
  }
}

function prototypeOf({ instance, metatype, inject }: Wrapper): object | undefined {
  if (typeof instance === 'object' && instance !== null) return Object.getPrototypeOf(instance) as object;
  const isFactory = inject !== undefined && inject !== null;
  return isFactory ? undefined : (metatype as { prototype?: object } | null)?.prototype;
}

import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { McpDecoratedControllerError } from '../model/errors/mcp-decorated-controller.error.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import type { DiscoveredMethod } from './discovered-method.js';
import { McpMetadataAccessor } from './mcp-metadata.accessor.js';

type Wrapper = DiscoveredMethod['wrapper'];

const DECORATORS = {
  tool: '@McpTool()',
  resource: '@McpResource()',
  prompt: '@McpPrompt()',
  completion: '@McpComplete()',
};

/** The server that is explored for. */
export interface ExploredServer {
  readonly name: string;
  /** The modules whose providers it offers; every module unless given. */
  readonly modules?: readonly object[];
}

/** Finds the decorated methods that a server offers, among every provider of every module. */
@Injectable()
export class McpExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly accessor: McpMetadataAccessor,
  ) {}

  /**
   * @throws {McpDecoratedControllerError} when a controller has a decorated method
   * @throws {McpConfigurationError} when a method is for a server that does not exist
   */
  explore({ name, modules }: ExploredServer): DiscoveredMethod[] {
    for (const wrapper of this.discovery.getControllers() as Wrapper[])
      for (const { feature, where, methodName } of this.methodsOf(wrapper))
        throw new McpDecoratedControllerError(DECORATORS[feature.kind], where.split('.')[0]!, methodName);
    return (this.discovery.getProviders() as Wrapper[])
      .filter(({ isAlias, host }) => !isAlias && (!modules || modules.includes(host!.metatype)))
      .flatMap((wrapper) => this.methodsOf(wrapper))
      .filter((method) => this.isFor(name, method));
  }

  private isFor(name: string, { feature, where }: DiscoveredMethod): boolean {
    const { server } = feature.options;
    if (server === undefined) return true;
    const named = [server].flat();
    const unknown = named.find((other) => !this.serverNames.includes(other));
    if (unknown === undefined) return named.includes(name);
    throw new McpConfigurationError(
      `${where} is for the server "${unknown}", but the servers are ${this.serverNames.join(', ')}.`,
    );
  }

  private get serverNames(): string[] {
    const servers = this.discovery.getProviders().filter(({ token }) => token === MCP_OPTIONS);
    return servers.map(({ instance }) => (instance as ResolvedOptions).name);
  }

  private methodsOf(wrapper: Wrapper): DiscoveredMethod[] {
    const prototype = prototypeOf(wrapper);
    if (!prototype) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
      const method = (prototype as Record<string, object>)[methodName]!;
      const where = `${prototype.constructor.name}.${methodName}`;
      const features = this.accessor.features(method);
      if (features.length === 0) return [];
      const access = this.accessor.access(prototype, methodName, where);
      return features.map((feature) => ({ feature, access, wrapper, prototype, methodName, where }));
    });
  }
}

function prototypeOf({ instance, metatype, inject }: Wrapper): object | undefined {
  if (typeof instance === 'object' && instance !== null) return Object.getPrototypeOf(instance) as object;
  const isFactory = inject !== undefined && inject !== null;
  return isFactory ? undefined : (metatype as { prototype?: object } | null)?.prototype;
}

import { Inject, Injectable, Optional } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { SessionCluster } from '../cluster/session-cluster.js';
import { McpRegistry } from '../discovery/mcp.registry.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { McpSessionService } from '../sessions/mcp-session.service.js';
import { McpTraffic } from './mcp-traffic.js';

/** A server of the application, with what its observers need. */
@Injectable()
export class ObservedServer {
  constructor(
    @Inject(MCP_OPTIONS) readonly options: ResolvedOptions,
    readonly registry: McpRegistry,
    readonly sessions: McpSessionService,
    readonly traffic: McpTraffic,
    @Optional() @Inject(SessionCluster) readonly cluster?: SessionCluster,
  ) {}

  /** Injection token of the server with a name, if the application has several. */
  static token(name: string): string {
    return `nestjs-mcp-sse:observed-server:${name}`;
  }

  /** Every server of an application, once its providers exist. */
  static all(modules: ModulesContainer): ObservedServer[] {
    return [...modules.values()].flatMap(({ providers }) => {
      const found: unknown = providers.get(ObservedServer)?.instance;
      return found instanceof ObservedServer ? [found] : [];
    });
  }
}

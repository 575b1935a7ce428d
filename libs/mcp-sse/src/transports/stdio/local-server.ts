import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ERROR_REPORTER, type ErrorReporter } from '../../model/error-reporter.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { StatelessRequests } from '../../stateless/stateless-requests.js';

/** What one server of the application needs to serve a client without HTTP. */
export interface LocalServer {
  readonly options: ResolvedOptions;
  readonly sessions: McpSessionService;
  readonly requests: StatelessRequests;
  readonly errors: ErrorReporter;
}

/** Every server of an application, in the order in which Nest has found its modules. */
export function localServers(app: INestApplicationContext): LocalServer[] {
  return [...app.get(ModulesContainer).values()].flatMap(({ providers }) => {
    const instanceOf = <T>(token: never): T => providers.get(token)?.instance as T;
    const sessions = instanceOf<McpSessionService | undefined>(McpSessionService as never);
    if (!sessions) return [];
    return [
      {
        options: instanceOf<ResolvedOptions>(MCP_OPTIONS as never),
        sessions,
        requests: instanceOf<StatelessRequests>(StatelessRequests as never),
        errors: instanceOf<ErrorReporter>(ERROR_REPORTER as never),
      },
    ];
  });
}

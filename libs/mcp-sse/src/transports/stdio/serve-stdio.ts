import type { Readable, Writable } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { principalOfUser } from '../../auth/request-principal.js';
import { ERROR_REPORTER } from '../../model/error-reporter.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { StatelessRequests } from '../../stateless/stateless-requests.js';
import { messageLines } from './message-lines.js';
import { StdioIntake } from './stdio-intake.js';
import { StdioRequests } from './stdio-requests.js';
import { StdioOutlet } from './stdio.outlet.js';

export interface McpStdioOptions {
  /** The user that the process acts for, which guards find as `request.user`. None by default. */
  user?: object;
  /** Standard input by default. */
  input?: Readable;
  /** Standard output by default. */
  output?: Writable;
}

/**
 * Serves one client over standard input and output, one message per line. Resolves when the input has ended and every
 * request is answered, or when the session is closed. Guards, pipes, interceptors and filters run as they do over HTTP;
 * their request has no headers.
 *
 * ```ts
 * const app = await NestFactory.createApplicationContext(AppModule, { logger: new McpStdioLogger() });
 * await serveStdio(app);
 * await app.close();
 * ```
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio
 */
export async function serveStdio(
  app: INestApplicationContext,
  { user, input = process.stdin, output = process.stdout }: McpStdioOptions = {},
): Promise<void> {
  const options = app.get<ResolvedOptions>(MCP_OPTIONS, { strict: false });
  const sessions = app.get(McpSessionService, { strict: false });
  const principal = options.principal
    ? await options.principal({ user })
    : principalOfUser(user, options.tenantClaim);
  const outlet = new StdioOutlet(output, options.sse.maxQueuedBytes, () => input.destroy());
  const session = sessions.open(
    { transport: 'stdio', principal, headers: {}, params: {}, graceMs: Infinity, isLocal: true },
    () => outlet,
  );
  session.markUsed();
  const requests = new StdioRequests(app.get(StatelessRequests, { strict: false }), outlet);
  const lines = new StdioIntake(
    session,
    requests,
    options,
    app.get(ERROR_REPORTER, { strict: false }),
    output,
    user,
  );

  for await (const line of messageLines(input, options.limits.maxMessageBytes)) {
    if (line?.trim() !== '') await lines.receive(line);
  }
  requests.endListening();
  await Promise.all([session.whenIdle(), requests.whenIdle()]);
  sessions.close(session.id, 'client-disconnected');
}

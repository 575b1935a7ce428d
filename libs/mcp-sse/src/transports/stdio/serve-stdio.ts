import type { Readable, Writable } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { principalOfUser } from '../../auth/request-principal.js';
import { TOOLSETS_PARAMETER } from '../../execution/picked-toolsets.js';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import { LocalClient } from './local-client.js';
import { localServers } from './local-server.js';
import { messageLines } from './message-lines.js';

export interface McpStdioOptions {
  /** The user that the process acts for, which guards find as `request.user`. None by default. */
  user?: object;
  /** The toolsets that the client sees, as `?toolsets=` of a URL picks them; all by default. */
  toolsets?: readonly string[];
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
  { user, toolsets, input = process.stdin, output = process.stdout }: McpStdioOptions = {},
): Promise<void> {
  const server = localServers(app).at(-1);
  if (!server)
    throw new McpConfigurationError('serveStdio() needs an application that imports McpSseModule.');
  const { options } = server;
  const principal = options.principal
    ? await options.principal({ user })
    : principalOfUser(user, options.tenantClaim);
  const query = toolsets ? { [TOOLSETS_PARAMETER]: toolsets } : {};
  const request = { headers: {}, query, params: {}, user };
  const client = new LocalClient(server, principal, request, output, () => input.destroy());
  for await (const line of messageLines(input, options.limits.maxMessageBytes)) {
    if (line?.trim() !== '') await client.receive(line);
  }
  await client.finish();
}

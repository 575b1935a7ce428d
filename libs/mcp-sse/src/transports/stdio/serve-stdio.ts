import type { Readable, Writable } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { principalOfUser } from '../../auth/request-principal.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { MessageTooDeepError } from '../../protocol/errors/message-too-deep.error.js';
import { parseMessage } from '../../protocol/json-rpc.js';
import { assertDepth } from '../../protocol/message-depth.js';
import type { MessageOrigin } from '../../protocol/message-origin.js';
import { serializeError } from '../../protocol/serialize.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import { messageLines } from './message-lines.js';
import { StdioOutlet } from './stdio.outlet.js';

export interface McpStdioOptions {
  /** Whom the process acts for: guards find it as `request.user`. Nobody unless given. */
  user?: object;
  /** Standard input unless given. */
  input?: Readable;
  /** Standard output unless given. */
  output?: Writable;
}

/** The one revision that has batches. */
const BATCHES = '2025-03-26';

/**
 * Serves one client over standard input and output, a message a line, until the input ends and every
 * request has its answer, or the session is closed. Guards, pipes,
 * interceptors and filters run as they do over HTTP; their request has no headers.
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
  const request = { headers: {}, query: {}, params: {}, user };
  const session = sessions.open(
    { transport: 'stdio', principal, headers: {}, params: {}, graceMs: Infinity, isLocal: true },
    () => new StdioOutlet(output, options.sse.maxQueuedBytes, () => input.destroy()),
  );
  session.markUsed();

  for await (const line of messageLines(input, options.limits.maxMessageBytes)) {
    if (line?.trim() === '') continue;
    const extras = await options.contextFactory?.(request);
    const bytes = Buffer.byteLength(line ?? '');
    const origin = { principal, request, headers: {}, streamHeaders: {}, params: {}, bytes, extras };
    const refusal = await receive(session, line, origin, options.limits.maxMessageDepth);
    if (!refusal) continue;
    const id = refusal instanceof MessageTooDeepError ? refusal.id : null;
    output.write(`${serializeError(id, refusal)}\n`);
  }
  await session.whenIdle();
  sessions.close(session.id, 'client-disconnected');
}

/** @returns why the line is refused, or undefined when it is not */
async function receive(
  session: McpSession,
  line: string | undefined,
  origin: MessageOrigin,
  maxDepth: number,
): Promise<JsonRpcError | undefined> {
  try {
    const body = parse(line);
    assertDepth(body, maxDepth);
    const isBatch = Array.isArray(body) && body.length > 0 && session.protocolVersion === BATCHES;
    const messages = isBatch ? body.map(parseMessage) : [parseMessage(body)];
    session.receive(await session.admit(messages, origin));
    return undefined;
  } catch (error) {
    if (error instanceof JsonRpcError) return error;
    return new JsonRpcError(ErrorCode.InternalError, (error as Error).message);
  }
}

/** @throws {JsonRpcError} */
function parse(line: string | undefined): unknown {
  if (line === undefined)
    throw new JsonRpcError(ErrorCode.InvalidRequest, 'Invalid Request: the message is too large');
  try {
    return JSON.parse(line);
  } catch {
    throw new JsonRpcError(ErrorCode.ParseError, 'Parse error: the line is not JSON');
  }
}

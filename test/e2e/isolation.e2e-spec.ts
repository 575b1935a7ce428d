import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { IsInt, IsString } from 'class-validator';
import { setTimeout as delay } from 'node:timers/promises';
import { McpContext, McpRoles, McpTool } from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const SESSIONS = 100;
const CALLS = 4;

class TalkDto {
  @IsString()
  nonce!: string;

  @IsInt()
  delayMs!: number;
}

@Injectable()
class Talker {
  @McpTool()
  async talk({ nonce, delayMs }: TalkDto, ctx: McpContext) {
    ctx.log.info(nonce);
    await delay(delayMs);
    ctx.progress(1, 2, nonce);
    await delay(delayMs);
    return { nonce, subject: ctx.principal.subject, session: ctx.session?.id };
  }
}

/** Changes what it may only read, as code without types can. */
@Injectable()
class Promoter {
  @McpTool()
  promote({ principal }: McpContext): string {
    (principal.roles as string[]).push('admin');
    return 'promoted';
  }

  @McpTool()
  claim({ principal }: McpContext): string {
    (principal.claims as Record<string, unknown>)['admin'] = true;
    return 'claimed';
  }

  @McpTool()
  @McpRoles('admin')
  govern(): string {
    return 'governed';
  }

  @McpTool()
  know({ principal: { roles, scopes, claims } }: McpContext): object {
    return { roles, scopes, claims };
  }
}

@Injectable()
class UserHeaderGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest();
    if (!request.headers['x-user']) throw new UnauthorizedException();
    request.user = { id: request.headers['x-user'] };
    return true;
  }
}

describe('sessions side by side', () => {
  let running: RunningApp;

  afterEach(() => running.close());

  it('keeps answers, progress and logs of 100 sessions with the same ids apart', async () => {
    running = await startApp({ providers: [Talker], options: { guards: [new UserHeaderGuard()] } });
    const subjects = ['alice', 'bob'];
    const clients = await Promise.all(
      Array.from({ length: SESSIONS }, async (_, index) => {
        const subject = subjects[index % 2]!;
        const client = await WireClient.connect(`${running.url}/sse`, { 'x-user': subject });
        return { client, subject, nonce: `nonce-${index}`, sessionId: await client.sessionId() };
      }),
    );

    const answersOf = async ({ client, nonce }: (typeof clients)[number], index: number) => {
      const ids = Array.from({ length: CALLS }, (_, id) => id);
      await Promise.all(
        ids.map((id) =>
          client.post({
            jsonrpc: '2.0',
            id,
            method: 'tools/call',
            params: {
              name: 'talk',
              arguments: { nonce: `${nonce}/${id}`, delayMs: (index * 7 + id * 13) % 40 },
              _meta: { progressToken: id },
            },
          }),
        ),
      );
      const messages = [];
      for (let answered = 0; answered < CALLS;) {
        const message = await client.message();
        messages.push(message);
        if (!('method' in message)) answered++;
      }
      return messages;
    };
    const received = await Promise.all(clients.map(answersOf));

    received.forEach((messages, index) => {
      const { nonce, subject, sessionId } = clients[index]!;
      const own = Array.from({ length: CALLS }, (_, id) => `${nonce}/${id}`);
      const logged = messages.filter(({ method }) => method === 'notifications/message');
      const progressed = messages.filter(({ method }) => method === 'notifications/progress');
      const answers = messages.filter((message) => !('method' in message)).sort((a, b) => a.id - b.id);
      expect(logged.map(({ params }) => params.data).sort()).toEqual(own);
      expect(progressed.map(({ params }) => `${params.progressToken}:${params.message}`).sort()).toEqual(
        own.map((text, id) => `${id}:${text}`),
      );
      expect(answers.map(({ result }) => result.structuredContent)).toEqual(
        own.map((text) => ({ nonce: text, subject, session: sessionId })),
      );
      expect(messages).toHaveLength(3 * CALLS);
    });
    for (const { client } of clients) client.close();
  }, 30_000);

  it('lets no call change the principal of all anonymous clients', async () => {
    running = await startApp({ providers: [Promoter] });
    const [mallory, other] = await Promise.all([0, 1].map(() => WireClient.connect(`${running.url}/sse`)));
    for (const name of ['promote', 'claim'])
      expect(await mallory!.callTool(name, name)).toMatchObject({ result: { isError: true } });
    for (const client of [mallory!, other!]) {
      const { result } = await client.callTool('known', 'know');
      expect(result.structuredContent).toEqual({ roles: [], scopes: [], claims: {} });
      expect(await client.callTool('govern', 'govern')).toMatchObject({ error: { code: -32602 } });
    }
  });
});

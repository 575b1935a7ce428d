import { Injectable, type LoggerService } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { concat, interval, map, Observable, of, take, timer } from 'rxjs';
import {
  McpComplete,
  McpContext,
  McpPrompt,
  McpResource,
  McpTool,
  McpUriParam,
  progress,
} from 'nestjs-mcp-sse';

const EXPECTED = 'an expected failure';
const SOON = { timeoutMs: 20 };
const HELLO = { role: 'user' as const, content: { type: 'text' as const, text: 'Hi' } };
const FORM = {
  message: 'Your answer?',
  requestedSchema: { type: 'object' as const, properties: { answer: { type: 'string' as const } } },
};

class OwnerDto {
  @IsString()
  owner!: string;

  @IsOptional()
  more?: unknown;
}

/** A sample of every feature of a server. */
@Injectable()
export class FuzzTarget {
  /** Running calls and watches. */
  running = 0;

  @McpTool()
  echo({ owner }: OwnerDto): string {
    return owner;
  }

  @McpTool({ input: { type: 'object' } })
  async slow({ ms, more }: { ms?: number; more?: unknown }, ctx: McpContext): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, Math.min(Number(ms) || 0, 30)));
    ctx.log.info('slept');
    return { more };
  }

  @McpTool()
  steps(): Observable<unknown> {
    return concat(
      interval(1).pipe(
        take(5),
        map((step) => progress(step + 1, 5)),
      ),
      of('done'),
    );
  }

  @McpTool()
  hang(): Observable<unknown> {
    return new Observable((subscriber) => {
      this.running++;
      subscriber.next(progress(1));
      return () => this.running--;
    });
  }

  @McpTool()
  async waits({ signal }: McpContext): Promise<string> {
    this.running++;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    this.running--;
    return 'late';
  }

  @McpTool()
  fail(): never {
    throw new Error(EXPECTED);
  }

  @McpTool()
  big(ctx: McpContext): string {
    ctx.notify('notifications/fuzz', { filler: 'y'.repeat(20_000) });
    return 'x'.repeat(100_000);
  }

  @McpTool()
  async asks(ctx: McpContext): Promise<string> {
    await ctx.sample({ messages: [HELLO], maxTokens: 1 }, SOON);
    return 'asked';
  }

  /** Two questions at once, then one. */
  @McpTool()
  async questions({ owner }: OwnerDto, ctx: McpContext): Promise<string> {
    await Promise.all([ctx.elicit(FORM, SOON), ctx.listRoots(SOON)]);
    await ctx.sample({ messages: [HELLO], maxTokens: 1 }, SOON);
    return owner;
  }

  /** The same question again and again. */
  @McpTool()
  async loop({ owner }: OwnerDto, ctx: McpContext): Promise<string> {
    for (let asked = 0; asked < 5; asked++) {
      ctx.progress(asked);
      await ctx.elicit(FORM, SOON);
    }
    return owner;
  }

  @McpTool()
  async once({ owner }: OwnerDto, ctx: McpContext): Promise<string> {
    const kept = await ctx.once('owner', () => owner);
    await ctx.elicit(FORM, { ...SOON, key: 'confirm' });
    return ctx.once('again', () => kept);
  }

  @McpTool()
  async away(ctx: McpContext): Promise<string> {
    ctx.progress(1);
    ctx.closeStream(1);
    ctx.progress(2);
    await new Promise((resolve) => setTimeout(resolve, 2));
    return 'back';
  }

  @McpResource({ uri: 'live://clock' })
  clock(): Observable<number> {
    return new Observable((subscriber) => {
      this.running++;
      const ticks = timer(0, 5).subscribe(subscriber);
      return () => {
        this.running--;
        ticks.unsubscribe();
      };
    });
  }

  @McpResource({ uri: 'item://{id}' })
  item(@McpUriParam('id') id: string): object {
    return { id };
  }

  @McpPrompt()
  greet({ owner }: OwnerDto): string {
    return owner;
  }

  @McpComplete({ prompt: 'greet', argument: 'owner' })
  owners(value: string): string[] {
    return Array.from({ length: 200 }, (_, index) => `${value}${index}`);
  }
}

/** Only the target's own errors may be logged as errors. */
export class FuzzLog implements LoggerService {
  readonly unexpected: string[] = [];

  log(): void {}

  warn(): void {}

  error(...entry: unknown[]): void {
    const line = entry.map(String).join(' ');
    const isExpected = [EXPECTED, 'McpClientError: '].some((part) => line.includes(part));
    if (!isExpected && this.unexpected.length < 20) this.unexpected.push(line);
  }
}

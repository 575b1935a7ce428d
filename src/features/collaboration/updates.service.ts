import { Injectable } from '@nestjs/common';
import { McpContext, type McpProgress, McpTool, progress } from 'nestjs-mcp-sse';
import { filter, type Observable, startWith, takeUntil, tap, timer } from 'rxjs';
import { collectWithProgress } from '../../common/collect-with-progress.js';
import { ReceivedUpdatesDto, type UpdateDto } from './update.dto.js';
import { SubscribeUpdatesDto } from './subscribe-updates.dto.js';
import { UpdatesBus } from './updates.bus.js';

@Injectable()
export class UpdatesService {
  constructor(private readonly updates: UpdatesBus) {}

  /** The first progress tells the client that no update is missed from now on. Cancelling the call unsubscribes. */
  @McpTool({
    name: 'subscribe_updates',
    description:
      'Waits for edits or messages. Sends each as progress and as a log message when it comes, and all of them at the end',
    output: ReceivedUpdatesDto,
    annotations: { readOnlyHint: true },
  })
  subscribeUpdates(
    { topic, filters, limit, durationMs }: SubscribeUpdatesDto,
    ctx: McpContext,
  ): Observable<McpProgress | ReceivedUpdatesDto> {
    return this.updates.of(ctx.principal.tenant).pipe(
      filter((update) => update.topic === topic && isMeant(update, filters)),
      takeUntil(timer(durationMs)),
      tap((update) => ctx.log.info(update, topic)),
      collectWithProgress(limit, describe, (updates) => ({ updates })),
      startWith(progress(0, limit, 'waiting for updates')),
    );
  }
}

function isMeant({ about }: UpdateDto, filters: readonly string[]): boolean {
  const fits = (name: string) => (name.endsWith('*') ? about.startsWith(name.slice(0, -1)) : about === name);
  return filters.length === 0 || filters.some(fits);
}

function describe({ about, by, text }: UpdateDto): string {
  return `${about}: ${by}: ${text}`;
}

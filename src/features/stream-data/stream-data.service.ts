import { Injectable } from '@nestjs/common';
import { type McpProgress, McpTool } from 'nestjs-mcp-sse';
import { map, type Observable, timer } from 'rxjs';
import { collectWithProgress } from '../../common/collect-with-progress.js';
import { StreamDataDto } from './stream-data.dto.js';

@Injectable()
export class StreamDataService {
  /** Unsubscribing stops the timer; the library unsubscribes when the client cancels. */
  @McpTool({
    name: 'stream_data',
    description: 'Produces items one by one, reports each as progress and returns them all',
    annotations: { readOnlyHint: true },
  })
  streamData({ source, count, delayMs }: StreamDataDto): Observable<McpProgress | StreamedItems> {
    return timer(delayMs, delayMs).pipe(
      map((index) => toItem(source, index + 1)),
      collectWithProgress(
        count,
        ({ text }) => text,
        (items) => ({ source, items }),
      ),
    );
  }
}

function toItem(source: string, number: number): StreamedItem {
  return { number, text: `${source} #${number}`, at: new Date().toISOString() };
}

export interface StreamedItem {
  /** From 1. */
  number: number;
  text: string;
  /** ISO 8601. */
  at: string;
}

export interface StreamedItems {
  source: string;
  items: StreamedItem[];
}

import type { ServerResponse } from 'node:http';
import { BadRequestException, HttpStatus } from '@nestjs/common';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import type { JsonRpcMessage } from '../../protocol/json-rpc.js';
import type { Arrival, RemoteSession } from '../../cluster/remote-session.js';
import type { StreamTail } from '../../cluster/stream-tail.js';
import { positionOfEventId } from '../../streaming/stream-event.js';
import { relayedClient, relayedOrigin } from '../relay/relayed-origin.js';
import { answerStatus, isTaken } from '../../http/answer.js';
import { relayAccount, RelayStream } from '../relay/relay-stream.js';
import { answerWithStream } from './stream-response.js';
import type { HttpRequest } from '../../http/raw-request.js';
import { hijackResponse } from '../../http/raw-response.js';
import type { MemoryBudget } from '../../streaming/memory-budget.js';
import { answerAll } from './held-answers.js';
import { RelayExchange } from './relay-exchange.js';
import { NOT_RESUMABLE, streamOfEventId } from './numbered-stream.js';
import type { ExchangeOptions } from './post-exchange.js';

/** Serves requests whose session another node owns. */
export class StreamableHttpRelay {
  constructor(
    private readonly options: Pick<ResolvedOptions, 'sse'>,
    private readonly memory: MemoryBudget,
  ) {}

  /**
   * Opens or resumes the stream of a GET.
   *
   * @throws {BadRequestException}
   * @throws as `RemoteSession` does
   */
  async stream(
    session: RemoteSession,
    request: HttpRequest,
    response: unknown,
    primes: boolean,
  ): Promise<void> {
    const arrival = relayedClient(request);
    const lastEventId = arrival.headers['last-event-id'] as string | undefined;
    const { tail, after } =
      lastEventId === undefined
        ? await session.open(primes, arrival)
        : { tail: await this.resume(session, lastEventId, arrival), after: positionOfEventId(lastEventId) };
    const stream = new RelayStream(session, tail, response, this.memory, this.options.sse);
    answerWithStream(response, stream.attach(after));
  }

  /**
   * Answers a POST.
   *
   * @param bytes of its body
   * @throws as `RemoteSession` does
   */
  async post(
    session: RemoteSession,
    messages: readonly JsonRpcMessage[],
    bytes: number,
    request: HttpRequest,
    response: unknown,
    options: ExchangeOptions,
  ): Promise<void> {
    const requests = messages.filter(({ kind }) => kind === 'request').length;
    const { primes, isBatch, upgradeMs: holdMs } = options;
    const reply = await session.post(messages, relayedOrigin(request, bytes), { primes, holdMs });
    if (requests === 0) return answerStatus(response, HttpStatus.ACCEPTED);
    const tail = 'answers' in reply ? undefined : await session.answers(reply);
    const raw: ServerResponse = hijackResponse(response);
    // The client may have left while the owner was asked.
    if (isTaken(raw)) return tail && session.left(tail);
    const account = relayAccount(this.memory, session, raw);
    if ('answers' in reply) return answerAll(raw, reply.answers, isBatch, account);
    raw.once('close', () => session.left(tail!));
    tail!.start(reply.after, new RelayExchange(raw, this.options.sse, account));
  }

  private async resume(session: RemoteSession, lastEventId: string, arrival: Arrival): Promise<StreamTail> {
    const stream = streamOfEventId(session.record.id, lastEventId);
    const position = positionOfEventId(lastEventId);
    const tail = stream === undefined ? undefined : await session.resume(stream, position, arrival);
    if (!tail) throw new BadRequestException(NOT_RESUMABLE);
    return tail;
  }
}

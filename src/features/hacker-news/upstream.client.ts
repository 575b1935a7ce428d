import { setTimeout } from 'node:timers/promises';
import type { ZodType } from 'zod';
import { readBounded } from './read-bounded.js';
import { retryAfterMs } from './retry-after.js';
import { Slots } from './slots.js';
import { UpstreamError } from './upstream.error.js';

export interface UpstreamSettings {
  /** What messages of errors call it. */
  readonly name: string;
  /** How long one attempt may take. */
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Before the second attempt; twice as long before each next one. */
  readonly retryMs: number;
  /** An API that asks for more patience (Retry-After) is not asked again. */
  readonly maxRetryAfterMs: number;
  /** Requests at a time; more wait for their turn. */
  readonly concurrency: number;
  /** Of an answer. */
  readonly maxBytes: number;
}

/** Reads JSON from an HTTP API that may be slow, busy, away or wrong. */
export class UpstreamClient {
  private readonly slots: Slots;

  constructor(private readonly settings: UpstreamSettings) {
    this.slots = new Slots(settings.concurrency);
  }

  /**
   * @param token of the application, where the API wants one
   * @throws {UpstreamError} when no attempt has succeeded
   * @throws the reason of the signal when it aborts
   */
  async read<T>(url: string, schema: ZodType<T>, signal: AbortSignal, token?: string): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.slots.run(() => this.attempt(url, schema, signal, token), signal);
      } catch (error) {
        const pauseMs = attempt < this.settings.attempts ? this.pauseMs(error, attempt) : undefined;
        if (pauseMs === undefined) throw error;
        await setTimeout(pauseMs, undefined, { signal });
      }
    }
  }

  private async attempt<T>(url: string, schema: ZodType<T>, signal: AbortSignal, token?: string): Promise<T> {
    const { name, timeoutMs } = this.settings;
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      return await this.fetched(url, schema, AbortSignal.any([signal, deadline]), token);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UpstreamError) throw error;
      const reason = deadline.aborted ? `did not answer within ${timeoutMs} ms` : 'cannot be reached';
      throw new UpstreamError(`${name} ${reason}. Try again later.`, { isPassing: true, cause: error });
    }
  }

  private async fetched<T>(url: string, schema: ZodType<T>, signal: AbortSignal, token?: string): Promise<T> {
    const { name, maxBytes } = this.settings;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    const response = await fetch(url, { signal, headers });
    if (!response.ok) {
      await response.body?.cancel();
      throw this.refusal(response);
    }
    const text = await readBounded(response, maxBytes);
    if (text === undefined) throw new UpstreamError(`${name} answered more than ${maxBytes} bytes.`);
    const { success, data, error } = schema.safeParse(parsed(text));
    if (success) return data;
    throw new UpstreamError(`${name} answered something that cannot be understood.`, { cause: error });
  }

  private refusal({ status, headers }: Response): UpstreamError {
    const { name } = this.settings;
    const isPassing = status === 429 || status >= 500;
    if (!isPassing) return new UpstreamError(`${name} refused the request (HTTP ${status}).`);
    const afterMs = retryAfterMs(headers.get('retry-after'));
    const when = afterMs === undefined ? 'later' : `in ${Math.ceil(afterMs / 1_000)} s`;
    const message = `${name} is busy or out of order (HTTP ${status}). Try again ${when}.`;
    return new UpstreamError(message, { isPassing, retryAfterMs: afterMs });
  }

  /** How long to wait before the next attempt, if there is to be one. */
  private pauseMs(error: unknown, attempt: number): number | undefined {
    if (!(error instanceof UpstreamError) || !error.isPassing) return undefined;
    const { retryMs, maxRetryAfterMs } = this.settings;
    // Not all at once, or those who failed together would fail together again.
    const backoffMs = retryMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    const pauseMs = error.retryAfterMs ?? backoffMs;
    return pauseMs <= maxRetryAfterMs ? pauseMs : undefined;
  }
}

/** @returns undefined for what is not JSON, which no schema accepts */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

import { setTimeout } from 'node:timers/promises';
import type { ZodType } from 'zod';
import { readBounded } from './read-bounded.js';
import { retryAfterMs } from './retry-after.js';
import { Slots } from './slots.js';
import { UpstreamError } from './upstream.error.js';

export interface UpstreamSettings {
  /** Name of the API in error messages. */
  readonly name: string;
  /** How long one attempt may take. */
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Delay before the second attempt; doubled for each further one. */
  readonly retryMs: number;
  /** If the API asks for a longer delay (Retry-After), there is no further attempt. */
  readonly maxRetryAfterMs: number;
  /** Concurrent requests; others wait. */
  readonly concurrency: number;
  /** The limit of a response. */
  readonly maxBytes: number;
}

/** Reads JSON from an HTTP API that may be slow, overloaded, unavailable or wrong. */
export class UpstreamClient {
  private readonly slots: Slots;

  constructor(private readonly settings: UpstreamSettings) {
    this.slots = new Slots(settings.concurrency);
  }

  /**
   * @param token the application's own token, if the API needs one
   * @throws {UpstreamError} if no attempt succeeds
   * @throws the reason of the signal if it aborts
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

  /** The delay before the next attempt; undefined if there is none. */
  private pauseMs(error: unknown, attempt: number): number | undefined {
    if (!(error instanceof UpstreamError) || !error.isPassing) return undefined;
    const { retryMs, maxRetryAfterMs } = this.settings;
    // Random, so that requests that failed together do not fail together again.
    const backoffMs = retryMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
    const pauseMs = error.retryAfterMs ?? backoffMs;
    return pauseMs <= maxRetryAfterMs ? pauseMs : undefined;
  }
}

/** @returns undefined for invalid JSON, which no schema accepts */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

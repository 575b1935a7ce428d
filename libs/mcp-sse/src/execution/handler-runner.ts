import { isObservable, lastValueFrom } from 'rxjs';
import { assertTimeout } from '../discovery/assert-timeout.js';
import type { RegisteredTool } from '../discovery/registered-feature.js';
import type { McpCall, McpHandler } from '../model/call.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import type { InvokedContext } from '../model/invoker.js';
import type { McpContext } from '../model/mcp-context.js';
import type { ResolvedOptions } from '../model/resolved-options.js';
import { ArgumentCaps } from './argument-caps.js';
import type { ResultLimits } from './results/result-limits.js';
import { isSource, readSource } from './returned-body.js';
import { asReturned, streamedResult } from './streamed-result.js';
import { withinTimeLimit } from './time-limit.js';

/** A feature as far as running it needs. */
export interface RunnableFeature {
  readonly handler: McpHandler;
  /** How long the handler may take, in milliseconds; `limits.handlerMs` unless given. */
  readonly timeoutMs?: number | false;
}

/** Runs the handlers of features within the server's limits. */
export class HandlerRunner {
  readonly caps: ArgumentCaps;
  private readonly handlerMs: number | false;

  /** @throws {McpConfigurationError} when `limits.handlerMs` is no time limit */
  constructor(
    private readonly errors: ErrorReporter,
    limits: ResolvedOptions['limits'],
    private readonly results: ResultLimits,
  ) {
    assertTimeout(limits.handlerMs, '"limits.handlerMs"');
    this.handlerMs = limits.handlerMs;
    this.caps = new ArgumentCaps(limits);
  }

  /**
   * @returns what the handler returned: the last value of an Observable, a file or stream as its bytes
   * @throws {HandlerTimeoutError}
   */
  run(feature: RunnableFeature, call: McpCall, context: InvokedContext): Promise<unknown> {
    const { timeoutMs = this.handlerMs } = feature;
    if (timeoutMs === false) return this.returned(feature, call, context);
    return this.limited(timeoutMs, context, () => this.returned(feature, call, context));
  }

  /** @returns what the handler returned, which the caller consumes @throws {HandlerTimeoutError} */
  begin(feature: RunnableFeature, call: McpCall, context: InvokedContext): Promise<unknown> {
    const { timeoutMs = this.handlerMs } = feature;
    return this.limited(timeoutMs, context, async () =>
      streamedResult(await this.handled(feature.handler, call), call),
    );
  }

  /** Logs an error. @returns what the client is told of it */
  mask(error: unknown, where: string, context: McpContext): string {
    return `Internal error (correlation id ${this.errors.report(error, where, context)})`;
  }

  private limited<T>(timeoutMs: number | false, context: InvokedContext, run: () => Promise<T>): Promise<T> {
    return withinTimeLimit(timeoutMs, (reason) => context.abort(reason), run);
  }

  private async returned(feature: RunnableFeature, call: McpCall, context: InvokedContext): Promise<unknown> {
    try {
      const result = streamedResult(await this.handled(feature.handler, call), call);
      const value = isObservable(result) ? asReturned(await lastValueFrom(result)) : result;
      if (!isSource(value)) return value;
      const { results } = this;
      const limit = call.kind === 'tool' ? results.ofSource(feature as RegisteredTool) : results.ofReads;
      return await readSource(value, limit, context.signal);
    } finally {
      if (context.isLeft) await context.unwound();
    }
  }

  private handled(handler: McpHandler, call: McpCall): unknown {
    this.caps.assert(call);
    return handler(call);
  }
}

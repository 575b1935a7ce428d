import { Inject, Injectable } from '@nestjs/common';
import { forwardedCall } from '../execution/tool-search/forwarded-call.js';
import { CALL_TOOL } from '../execution/tool-search/search-tools.js';
import type { McpContext } from '../model/mcp-context.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import type { MessageObserver, ObservedRequest, TrafficObserver } from '../model/traffic-observer.js';
import { McpAuditService } from './audit/mcp-audit.service.js';

/** Passes the traffic of one server on to its observers: the audit trail, metrics, traces, the console. */
@Injectable()
export class McpTraffic implements TrafficObserver {
  private observers: readonly TrafficObserver[];
  private messageObservers: readonly MessageObserver[] = [];
  private forMessages?: MessageObserver;

  constructor(
    audit: McpAuditService,
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
  ) {
    this.observers = [audit];
  }

  get messages(): MessageObserver | undefined {
    return this.forMessages;
  }

  /** @returns a function that removes the observer */
  add(observer: TrafficObserver): () => void {
    this.observers = [...this.observers, observer];
    return () => (this.observers = this.observers.filter((other) => other !== observer));
  }

  /** @returns a function that removes the observer */
  addForMessages(observer: MessageObserver): () => void {
    this.setMessageObservers([...this.messageObservers, observer]);
    return () => this.setMessageObservers(this.messageObservers.filter((other) => other !== observer));
  }

  request(
    method: string,
    params: Readonly<Record<string, unknown>>,
    context: McpContext,
    bytes: number,
  ): ObservedRequest | undefined {
    const forwarded = this.options.toolSearch && method === 'tools/call' ? forwardedCall(params) : undefined;
    const via = forwarded && CALL_TOOL;
    let observed: ObservedRequest | undefined;
    for (const observer of this.observers) {
      const next = observer.request(method, forwarded ?? params, context, bytes, via);
      observed = observed && next ? both(observed, next) : (observed ?? next);
    }
    return observed;
  }

  refusal(request: object, error: unknown, status: number, correlationId?: string): void {
    for (const observer of this.observers) observer.refusal(request, error, status, correlationId);
  }

  private setMessageObservers(observers: readonly MessageObserver[]): void {
    this.messageObservers = observers;
    this.forMessages = observers.length > 1 ? eachOf(observers) : observers[0];
  }
}

function both(first: ObservedRequest, second: ObservedRequest): ObservedRequest {
  return {
    run: (answer) => {
      const inner = () => (second.run ? second.run(answer) : answer());
      return first.run ? first.run(inner) : inner();
    },
    end: (outcome, json) => {
      first.end(outcome, json);
      second.end(outcome, json);
    },
  };
}

function eachOf(observers: readonly MessageObserver[]): MessageObserver {
  return {
    received: (source, received) => {
      for (const observer of observers) observer.received(source, received);
    },
    sent: (source, json) => {
      for (const observer of observers) observer.sent(source, json);
    },
    replayed: (session, events) => {
      for (const observer of observers) observer.replayed(session, events);
    },
    routed: () => {
      for (const observer of observers) observer.routed();
    },
  };
}

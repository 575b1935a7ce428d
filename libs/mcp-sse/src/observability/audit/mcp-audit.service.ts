import { randomUUID } from 'node:crypto';
import { HttpStatus, Inject, Injectable, Logger } from '@nestjs/common';
import { Observable, Subject } from 'rxjs';
import { claimedCall } from '../../http/claimed-call.js';
import { rawRequest } from '../../http/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import { TrustedProxies } from '../../auth/trusted-proxies.js';
import { McpRegistry } from '../../discovery/mcp.registry.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { escapeControls } from '../../model/log-line.js';
import type { McpContext } from '../../model/mcp-context.js';
import { ANONYMOUS, type McpPrincipal } from '../../model/principal.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { thrownText } from '../../model/error-text.js';
import { TolerantStream } from '../../model/tolerant-stream.js';
import type { ObservedRequest } from '../../model/traffic-observer.js';
import { methodNamed } from '../../protocol/methods.js';
import type { McpSessionEvent } from '../../sessions/session-event.js';
import { auditedArguments, clipped } from './audit-values.js';
import { AuditedRequest, type AuditEntry, type AuditTrail } from './audited-request.js';
import { AuditedSession } from './audited-session.js';
import type { McpAuditEvent } from './mcp-audit-event.js';
import { Refusal } from '../request-outcome.js';

type Params = Readonly<Record<string, unknown>>;

/** The audit trail: who did what, and what was refused. */
// Implements TrafficObserver, but cannot declare it: those members are internal, and stripped from the types.
@Injectable()
export class McpAuditService {
  private readonly logger = new Logger('McpAudit');
  private readonly entries = new Subject<AuditEntry>();

  private readonly trail: AuditTrail;

  /**
   * Entries, each once its request is answered. None is made while nobody subscribes. A subscriber that throws or
   * rejects breaks nothing, and its first failure is logged.
   */
  readonly events$: Observable<McpAuditEvent> = this.tolerant(
    // map() would end the subscription if an entry could not be built.
    new Observable((subscriber) => this.entries.subscribe(({ event }) => subscriber.next(event))),
  );
  /** @internal The same, not built yet. */
  readonly entries$: Observable<AuditEntry> = this.tolerant(this.entries);

  constructor(
    @Inject(MCP_OPTIONS) { name, trustedProxies }: ResolvedOptions,
    private readonly registry: McpRegistry,
  ) {
    const proxies = new TrustedProxies(trustedProxies);
    this.trail = {
      server: name,
      addressOf: (request) => proxies.addressOf(request),
      write: (entry) => this.entries.next(entry),
    };
  }

  /** @internal */
  request(
    method: string,
    params: Params,
    context: McpContext & { readonly isTask?: boolean },
    bytes: number,
    via?: string,
  ): ObservedRequest | undefined {
    const audit = this.entries.observed ? methodNamed(method)?.audit : undefined;
    const type = audit && context.isTask ? 'task' : audit;
    if (type === undefined) return undefined;
    const name = clipped(params['name']);
    const allowed = audit === 'call' ? this.registry.toolMap.get(name ?? '')?.audit : undefined;
    const args = allowed && auditedArguments(params['arguments'], allowed);
    const uri = clipped(params['uri']);
    const facts = { type, method, name, via, uri, arguments: args, requestBytes: bytes };
    return new AuditedRequest(facts, context, this.trail);
  }

  /** @internal */
  refusal(request: object, error: unknown, status: number, correlationId = ''): void {
    const refusal = this.entries.observed ? Refusal.ofRoute(error, status) : undefined;
    if (!refusal) return;
    const { method, url = '' } = rawRequest(request);
    const { originalUrl = url } = request as { originalUrl?: string };
    const principal = requestPrincipal(request);
    const claimed = claimedCall(request);
    this.emit({
      type: 'denial',
      correlationId: correlationId || randomUUID(),
      outcome: status === (HttpStatus.INTERNAL_SERVER_ERROR as number) ? 'failed' : 'denied',
      // Before the guards have passed, a request has no principal.
      ...(principal === ANONYMOUS ? undefined : who(principal)),
      address: this.trail.addressOf(request),
      method: clipped(`${method} ${originalUrl.split('?', 1)[0]}`),
      claimedMethod: claimed.method,
      claimedName: claimed.name,
      status,
      code: error instanceof JsonRpcError ? error.code : undefined,
      reason: refusal.reason,
    });
  }

  /** @internal */
  session(event: McpSessionEvent): void {
    if (this.entries.observed) this.entries.next(new AuditedSession(event, this.trail.server));
  }

  private emit(event: Omit<McpAuditEvent, 'time' | 'server'>): void {
    const { server } = this.trail;
    this.entries.next({ type: event.type, event: { time: new Date().toISOString(), server, ...event } });
  }

  private tolerant<T>(source: Observable<T>): Observable<T> {
    return new TolerantStream(source, (error) => this.report(error));
  }

  private report(error: unknown): void {
    const { message } = thrownText(error);
    this.logger.error(
      escapeControls(
        `A subscriber of the audit trail failed and loses entries: ${message}. Further failures are not logged.`,
      ),
    );
  }
}

function who({
  issuer,
  subject,
  tenant,
}: McpPrincipal): Pick<McpAuditEvent, 'issuer' | 'subject' | 'tenant'> {
  return { issuer, subject, tenant };
}

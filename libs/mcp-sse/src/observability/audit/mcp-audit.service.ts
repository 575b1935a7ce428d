import { randomUUID } from 'node:crypto';
import { HttpStatus, Inject, Injectable, Logger } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { rawRequest } from '../../http/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import { McpRegistry } from '../../discovery/mcp.registry.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { escapeControls } from '../../model/escape-controls.js';
import type { McpContext } from '../../model/mcp-context.js';
import { ANONYMOUS, type McpPrincipal } from '../../model/principal.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import type { McpSessionView } from '../../model/session-view.js';
import { thrownText } from '../../model/thrown-text.js';
import { TolerantStream } from '../../model/tolerant-stream.js';
import type { ObservedRequest } from '../../model/traffic-observer.js';
import { methodNamed } from '../../protocol/methods.js';
import type { McpSessionEvent } from '../../sessions/session-event.js';
import { auditedArguments } from './audited-arguments.js';
import { clipped } from './clipped.js';
import { isoTime } from './iso-time.js';
import type { McpAuditEvent } from './mcp-audit-event.js';
import { Refusal } from '../refusal.js';
import { requestOutcome } from '../request-outcome.js';
import { sessionDigest } from '../../model/session-digest.js';

type Params = Readonly<Record<string, unknown>>;

const SESSION_TYPES = {
  opened: 'connect',
  resumed: 'resume',
  cut: 'cut',
  trimmed: 'trim',
  expired: 'expire',
  adopted: 'adopt',
  closed: 'close',
} as const;

/** The audit trail: who did what, and what was refused. */
// It is a TrafficObserver. Its types cannot say so, since the members of one are internal.
@Injectable()
export class McpAuditService {
  private readonly logger = new Logger('McpAudit');
  private readonly events = new Subject<McpAuditEvent>();

  /**
   * Entries as they come, once what they tell of has been answered. Nothing is made while nobody subscribes. A
   * subscriber that throws or rejects breaks nothing; the log says so once.
   */
  readonly events$: Observable<McpAuditEvent> = new TolerantStream(this.events, (error) =>
    this.report(error),
  );

  constructor(
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    private readonly registry: McpRegistry,
  ) {}

  /** @internal */
  request(method: string, params: Params, context: McpContext, bytes: number): ObservedRequest | undefined {
    const type = this.events.observed ? methodNamed(method)?.audit : undefined;
    if (type === undefined) return undefined;
    const name = clipped(params['name']);
    const uri = clipped(params['uri']);
    const allowed = type === 'call' ? this.registry.toolMap.get(name ?? '')?.audit : undefined;
    const args = allowed && auditedArguments(params['arguments'], allowed);
    const start = performance.now();
    const end: ObservedRequest['end'] = (outcome, json) => {
      const { outcome: how, refusal } = requestOutcome(outcome);
      const { principal, session } = context;
      const { issuer, subject, tenant } = principal;
      // In one piece: there is one for each call, and putting it together from others is what would show.
      this.events.next({
        time: isoTime(),
        server: this.options.name,
        type: refusal ? 'denial' : type,
        correlationId: context.correlationId,
        outcome: how,
        issuer,
        subject,
        tenant,
        address: addressOf(context.request),
        session: session && sessionDigest(session),
        transport: session?.transport,
        method,
        name,
        uri,
        arguments: args,
        code: outcome instanceof JsonRpcError ? outcome.code : undefined,
        reason: refusal?.reason,
        durationMs: rounded(performance.now() - start),
        requestBytes: bytes,
        responseBytes: Buffer.byteLength(json),
      });
    };
    return { end };
  }

  /** @internal */
  refusal(request: object, error: unknown, status: number, correlationId = ''): void {
    const refusal = this.events.observed ? Refusal.ofRoute(error, status) : undefined;
    if (!refusal) return;
    const { method, url = '' } = rawRequest(request);
    const { originalUrl = url } = request as { originalUrl?: string };
    const principal = requestPrincipal(request);
    this.emit({
      type: 'denial',
      correlationId: correlationId || randomUUID(),
      outcome: status === (HttpStatus.INTERNAL_SERVER_ERROR as number) ? 'failed' : 'denied',
      // Before its guards have passed a request is nobody's.
      ...(principal === ANONYMOUS ? undefined : who(principal)),
      address: addressOf(request),
      method: clipped(`${method} ${originalUrl.split('?', 1)[0]}`),
      status,
      reason: refusal.reason,
    });
  }

  /** @internal */
  session(event: McpSessionEvent): void {
    if (!this.events.observed) return;
    const { type, session } = event;
    const isClosed = type === 'closed';
    this.emit({
      type: SESSION_TYPES[type],
      correlationId: randomUUID(),
      outcome: 'ok',
      ...who(session.principal),
      ...where(session),
      reason: isClosed ? event.reason : undefined,
      durationMs: isClosed ? Date.now() - session.createdAt : undefined,
    });
  }

  private emit(event: Omit<McpAuditEvent, 'time' | 'server'>): void {
    this.events.next({ time: isoTime(), server: this.options.name, ...event });
  }

  private report(error: unknown): void {
    const { message } = thrownText(error);
    this.logger.error(
      escapeControls(
        `A subscriber of the audit trail failed, and loses entries: ${message}. This is said once.`,
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

function where(session: McpSessionView): Pick<McpAuditEvent, 'session' | 'transport'> {
  return { session: sessionDigest(session), transport: session.transport };
}

/** Both adapters know of trusted proxies; there is no address without HTTP. */
function addressOf(request: unknown): string | undefined {
  return (request as { ip?: string }).ip;
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

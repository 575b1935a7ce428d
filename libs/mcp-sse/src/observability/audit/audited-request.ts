import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import type { McpContext } from '../../model/mcp-context.js';
import { sessionDigest } from '../../model/session-view.js';
import type { ObservedRequest } from '../../model/traffic-observer.js';
import { type RequestOutcome, requestOutcome } from '../request-outcome.js';
import { clipped } from './audit-values.js';
import type { McpAuditEvent } from './mcp-audit-event.js';

/** An entry of the audit trail. It is built when it is first read, since the level of the log drops most entries. */
export interface AuditEntry {
  readonly type: McpAuditEvent['type'];
  readonly event: McpAuditEvent;
}

/** What an entry says of a request before its answer. */
export type RequestFacts = Pick<McpAuditEvent, 'type' | 'method' | 'name' | 'via' | 'uri' | 'arguments'> & {
  readonly requestBytes: number;
};

/** What a request needs of the audit trail. */
export interface AuditTrail {
  /** Name of the server. */
  readonly server: string;
  addressOf(request: unknown): string | undefined;
  write(entry: AuditEntry): void;
}

/** What became of a result that was too large. */
const REASONS = { error: 'result-too-large', truncate: 'result-truncated', resource: 'result-kept' } as const;

/** Writes the entry of a request when it ends. */
export class AuditedRequest implements ObservedRequest, AuditEntry {
  private readonly start = performance.now();
  private ended: RequestOutcome = { outcome: 'cancelled' };
  private outcome?: object;
  private json = '';
  private built?: McpAuditEvent;

  constructor(
    private readonly facts: RequestFacts,
    private readonly context: McpContext,
    private readonly trail: AuditTrail,
  ) {}

  get type(): McpAuditEvent['type'] {
    return this.ended.refusal ? 'denial' : this.facts.type;
  }

  get event(): McpAuditEvent {
    return (this.built ??= this.build());
  }

  end(outcome: object | undefined, json: string): void {
    this.ended = requestOutcome(outcome);
    this.outcome = outcome;
    this.json = json;
    this.trail.write(this);
  }

  /** One literal takes 0.05 µs, and one that is spread from others 1.4 µs. */
  private build(): McpAuditEvent {
    const { facts, context, trail, outcome } = this;
    const { outcome: how, refusal, tooLarge } = this.ended;
    const { principal, session, clientInfo } = context;
    const { issuer, subject, tenant } = principal;
    return {
      time: new Date().toISOString(),
      server: trail.server,
      type: this.type,
      correlationId: context.correlationId,
      outcome: how,
      issuer,
      subject,
      tenant,
      address: trail.addressOf(context.request),
      session: session && sessionDigest(session),
      transport: context.transport,
      protocolVersion: context.protocolVersion,
      client: clipped(clientInfo?.name),
      clientVersion: clipped(clientInfo?.version),
      method: facts.method,
      name: facts.name,
      via: facts.via,
      uri: facts.uri,
      arguments: facts.arguments,
      code: outcome instanceof JsonRpcError ? outcome.code : undefined,
      reason: refusal?.reason ?? (tooLarge && REASONS[tooLarge]),
      durationMs: rounded(performance.now() - this.start),
      requestBytes: facts.requestBytes,
      responseBytes: Buffer.byteLength(this.json),
    };
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

import { randomUUID } from 'node:crypto';
import { sessionDigest } from '../../model/session-view.js';
import type { McpSessionEvent } from '../../sessions/session-event.js';
import type { AuditEntry } from './audited-request.js';
import type { McpAuditEvent } from './mcp-audit-event.js';

const TYPES = {
  opened: 'connect',
  resumed: 'resume',
  cut: 'cut',
  trimmed: 'trim',
  expired: 'expire',
  adopted: 'adopt',
  closed: 'close',
} as const;

/** The entry of an event in the life of a session. */
export class AuditedSession implements AuditEntry {
  private built?: McpAuditEvent;

  /** @param server its name */
  constructor(
    private readonly happened: McpSessionEvent,
    private readonly server: string,
  ) {}

  get type(): McpAuditEvent['type'] {
    return TYPES[this.happened.type];
  }

  get event(): McpAuditEvent {
    return (this.built ??= this.build());
  }

  private build(): McpAuditEvent {
    const { happened, server, type } = this;
    const { session } = happened;
    const { issuer, subject, tenant } = session.principal;
    const isClosed = happened.type === 'closed';
    return {
      time: new Date().toISOString(),
      server,
      type,
      correlationId: randomUUID(),
      outcome: 'ok',
      issuer,
      subject,
      tenant,
      session: sessionDigest(session),
      transport: session.transport,
      reason: isClosed ? happened.reason : undefined,
      durationMs: isClosed ? Date.now() - session.createdAt : undefined,
    };
  }
}

import type { McpPrincipal } from '../model/principal.js';
import { type McpSessionView, sessionDigest } from '../model/session-view.js';
import { clipped } from '../observability/audit/audit-values.js';

/** What the page shows of a session. */
export interface SessionSummary {
  /** A digest, as the audit trail has it: the id itself is the client's. */
  readonly id: string;
  readonly transport: string;
  readonly principal: { readonly subject?: string; readonly issuer?: string; readonly tenant?: string };
  readonly client?: { readonly name?: string; readonly title?: string; readonly version?: string };
  readonly protocolVersion?: string;
  readonly createdAt: number;
  readonly lastActivityAt: number;
  readonly attached: boolean;
  readonly inFlight: number;
  readonly queuedBytes: number;
}

export function sessionSummary(session: McpSessionView): SessionSummary {
  const { transport, createdAt, lastActivityAt, attached, inFlight, queuedBytes, clientInfo } = session;
  return {
    id: sessionDigest(session),
    transport,
    principal: whoIs(session.principal),
    client: clientInfo && {
      name: clipped(clientInfo.name),
      title: clipped(clientInfo.title),
      version: clipped(clientInfo.version),
    },
    protocolVersion: session.protocolVersion,
    createdAt,
    lastActivityAt,
    attached,
    inFlight,
    queuedBytes,
  };
}

function whoIs({ subject, issuer, tenant }: McpPrincipal): SessionSummary['principal'] {
  return { subject: clipped(subject), issuer: clipped(issuer), tenant: clipped(tenant) };
}

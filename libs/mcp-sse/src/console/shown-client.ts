import type { McpContext } from '../model/mcp-context.js';
import type { McpSessionView } from '../model/session-view.js';
import { clipped } from '../observability/audit/audit-values.js';

/** Who is at the other end of a session or request, as the page shows it. */
export interface ShownClient {
  readonly principal: { readonly subject?: string; readonly issuer?: string; readonly tenant?: string };
  readonly client?: { readonly name?: string; readonly title?: string; readonly version?: string };
}

export function shownClient({
  principal: { subject, issuer, tenant },
  clientInfo,
}: McpSessionView | McpContext): ShownClient {
  return {
    principal: { subject: clipped(subject), issuer: clipped(issuer), tenant: clipped(tenant) },
    client: clientInfo && {
      name: clipped(clientInfo.name),
      title: clipped(clientInfo.title),
      version: clipped(clientInfo.version),
    },
  };
}

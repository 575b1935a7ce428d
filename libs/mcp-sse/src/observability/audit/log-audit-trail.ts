import { Logger } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { escapeControls, LogLine } from '../../model/log-line.js';
import { isLevelEnabled } from '../../nest/log-levels.js';
import type { AuditEntry } from './audited-request.js';
import type { McpAuditEvent } from './mcp-audit-event.js';

/** Writes each audit entry to Nest's log as a line of JSON. Denials are warnings. */
export function logAuditTrail(entries$: Observable<AuditEntry>): void {
  const logger = new Logger('McpAudit');
  entries$.subscribe((entry) => {
    const level = entry.type === 'denial' ? 'warn' : 'log';
    if (isLevelEnabled(level)) logger[level](lineOf(entry.event));
  });
}

/** The entry has a field of its own, since loggers add their own `time` and `name`. */
function lineOf(event: McpAuditEvent): LogLine {
  const text = escapeControls(JSON.stringify(event));
  return new LogLine(text, { msg: `${event.type} ${event.outcome}`, audit: event });
}

import { Logger } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { escapeControls, LogLine } from '../../model/log-line.js';
import type { McpAuditEvent } from './mcp-audit-event.js';

/** Writes the audit trail to Nest's log, an entry a line of JSON: what was refused as a warning. */
export function logAuditTrail(events$: Observable<McpAuditEvent>): void {
  const logger = new Logger('McpAudit');
  events$.subscribe((event) => {
    const level = event.type === 'denial' ? 'warn' : 'log';
    if (Logger.isLevelEnabled(level)) logger[level](lineOf(event));
  });
}

/** In a field of its own: loggers have a `time` and a `name` themselves. */
function lineOf(event: McpAuditEvent): LogLine {
  const text = escapeControls(JSON.stringify(event));
  return new LogLine(text, { msg: `${event.type} ${event.outcome}`, audit: event });
}

import { Logger } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { escapeControls } from '../../model/escape-controls.js';
import type { McpAuditEvent } from './mcp-audit-event.js';

/** Writes the audit trail to Nest's log, an entry a line of JSON: what was refused as a warning. */
export function logAuditTrail(events$: Observable<McpAuditEvent>): void {
  const logger = new Logger('McpAudit');
  events$.subscribe((event) => {
    const level = event.type === 'denial' ? 'warn' : 'log';
    if (Logger.isLevelEnabled(level)) logger[level](escapeControls(JSON.stringify(event)));
  });
}

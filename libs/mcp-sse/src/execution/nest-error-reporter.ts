import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import type { ErrorReporter, LoggedRequest } from '../model/error-reporter.js';
import { escapeControls, LogLine } from '../model/log-line.js';
import { sessionDigest } from '../model/session-view.js';
import { thrownText } from '../model/error-text.js';

const LINE_BREAK = escapeControls('\n');

/** Writes errors to Nest's logger, with control characters escaped: errors may quote what clients sent. */
@Injectable()
export class NestErrorReporter implements ErrorReporter {
  private readonly logger = new Logger('McpSseModule');

  report(error: unknown, where: string, request?: LoggedRequest): string {
    const { message, stack } = thrownText(error);
    const correlationId = request?.correlationId ?? randomUUID();
    const msg = `${escapeControls(`${where} failed: ${message}`)} (correlation id ${correlationId})`;
    const frames = stack && escapedStack(stack, message);
    const fields = { msg, correlationId, ...fieldsOf(request), stack: frames };
    this.logger.error(new LogLine(frames ? `${msg}\n${frames}` : msg, fields));
    return correlationId;
  }

  warn(text: string): void {
    const msg = escapeControls(text);
    this.logger.warn(new LogLine(msg, { msg }));
  }

  debug(text: string, request?: LoggedRequest): void {
    const msg = escapeControls(text);
    const { correlationId } = request ?? {};
    this.logger.debug(new LogLine(msg, { msg, correlationId, ...fieldsOf(request) }));
  }
}

/** The request and its principal, with the audit trail's field names. A session's id is a secret, so it is hashed. */
function fieldsOf(request: LoggedRequest | undefined): object | undefined {
  if (!request) return undefined;
  const { requestId, session, transport, principal } = request;
  const { issuer, subject, tenant } = principal;
  return {
    requestId,
    session: session && sessionDigest(session),
    transport,
    issuer,
    subject,
    tenant,
  };
}

/**
 * Escapes everything above the frames of a stack. The text there can differ from the error's message, which may have
 * been changed since.
 */
function escapedStack(stack: string, message: string): string {
  const lines = stack
    .replace(message, () => escapeControls(message))
    .split('\n')
    .map(escapeControls);
  const frames = lines.findLastIndex((line) => !/^ +at /.test(line)) + 1;
  return [lines.slice(0, frames).join(LINE_BREAK), ...lines.slice(frames)].join('\n');
}

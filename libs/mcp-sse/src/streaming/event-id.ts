/**
 * The id of a session's event, as clients return it in `Last-Event-ID`: the session's id, a dot, and the
 * event's position in base 36.
 */
export function eventId(sessionId: string, position: number): string {
  return `${sessionId}.${position.toString(36)}`;
}

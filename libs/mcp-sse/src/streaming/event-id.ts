const EVENT_ID = /^(?<sessionId>[\w-]{22})\.[0-9a-z]{1,11}$/;

/**
 * The id of a session's event, as clients return it in `Last-Event-ID`: the session's id, a dot, and the
 * event's position in base 36.
 */
export function eventId(sessionId: string, position: number): string {
  return `${sessionId}.${position.toString(36)}`;
}

/** @returns the id of the session, or undefined for what is not the id of an event */
export function sessionOfEventId(id: string): string | undefined {
  return EVENT_ID.exec(id)?.groups!['sessionId'];
}

/** @returns the position in the id of an event, of either transport */
export function positionOfEventId(id: string): number {
  return Number.parseInt(id.slice(id.lastIndexOf('.') + 1), 36);
}

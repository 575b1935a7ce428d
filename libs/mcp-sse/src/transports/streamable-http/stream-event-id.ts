const EVENT_ID = /^(?<sessionId>[\w-]{22})\.(?<stream>[0-9a-z]{1,8})\.[0-9a-z]{1,11}$/;

/** The id of an event on one of a session's streams: session, stream and position, the numbers in base 36. */
export function streamEventId(sessionId: string, stream: number, position: number): string {
  return `${sessionId}.${stream.toString(36)}.${position.toString(36)}`;
}

/** @returns the number of the stream, or undefined for what is not an id of one of the session's events */
export function streamOfEventId(sessionId: string, id: string): number | undefined {
  const groups = EVENT_ID.exec(id)?.groups;
  return groups && groups['sessionId'] === sessionId ? Number.parseInt(groups['stream']!, 36) : undefined;
}

/**
 * A result whose members are already JSON text, so that a page of a list is serialized once for all clients that see the
 * same. The serializer can add further members, such as those that a revision of the protocol requires.
 */
export class SerializedMembers {
  /** @param text such as `"tools":[…],"nextCursor":"…"`, without the braces around it */
  constructor(readonly text: string) {}
}

/**
 * A result whose members are JSON text already, so that a page of a list is serialized once for all who see the same.
 * Who serializes the result can add members of its own, such as those that a revision of the protocol demands.
 */
export class SerializedMembers {
  /** @param text such as `"tools":[…],"nextCursor":"…"`, without the braces around it */
  constructor(readonly text: string) {}
}

/**
 * A result whose members are already JSON text, so that a page of a list is serialized once for all clients that see the
 * same. The serializer can add further members, such as those that a revision of the protocol requires.
 */
export class SerializedMembers {
  // Private in JavaScript too: a subclass can have the members themselves, and its JSON is the same.
  readonly #text: string;

  /** @param text such as `"tools":[…],"nextCursor":"…"`, without the braces around it */
  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }
}

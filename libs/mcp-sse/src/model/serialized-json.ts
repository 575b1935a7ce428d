/** JSON text that is sent as it is, so that what never changes (a list of tools) is serialized once. */
export class SerializedJson {
  constructor(readonly text: string) {}
}

/** A token that is not accepted. */
export class RefusedToken {
  /** @param cause as `logRefusal` takes it */
  constructor(readonly cause: string) {}
}

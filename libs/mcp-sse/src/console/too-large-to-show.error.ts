/** A message has more in it than the console looks at. */
export class TooLargeToShowError extends Error {}

/** What makes a completer unique: the prompt or resource template, and the argument or variable. */
export function completerKey(kind: 'prompt' | 'resource', identity: string, argument: string): string {
  return `${kind} ${identity} ${argument}`;
}

import type { Seal } from './state-seal.js';

/** Most characters of sealed states and their texts that are remembered together. */
const MAX_LENGTH = 2 ** 20;

/**
 * Remembers the states that a seal made last. One that comes back to this process is looked up, since to decrypt it takes a
 * tenth of a call with a question. Each is forgotten once it is opened.
 */
export class RememberedStates implements Seal {
  /** By the sealed state. */
  private readonly texts = new Map<string, string>();
  private length = 0;

  constructor(private readonly inner: Seal) {}

  seal(text: string): string {
    const sealed = this.inner.seal(text);
    this.texts.set(sealed, text);
    this.length += sealed.length + text.length;
    for (const oldest of this.texts.keys()) {
      if (this.length <= MAX_LENGTH) break;
      this.take(oldest);
    }
    return sealed;
  }

  open(sealed: string): string | undefined {
    return this.take(sealed) ?? this.inner.open(sealed);
  }

  private take(sealed: string): string | undefined {
    const text = this.texts.get(sealed);
    if (text === undefined) return undefined;
    this.texts.delete(sealed);
    this.length -= sealed.length + text.length;
    return text;
  }
}

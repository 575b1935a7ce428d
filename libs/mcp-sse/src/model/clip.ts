import { beginningOf } from './beginning-of.js';

/** Cuts text that a client has chosen to a length, in characters. */
export function clip(text: string, maxLength: number): string {
  return text.length > maxLength ? `${beginningOf(text, maxLength)}…` : text;
}

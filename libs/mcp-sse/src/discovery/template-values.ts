import type { TemplateVariable } from './template-parts.js';

const ENCODED_SLASH = /[/\\]|%2F|%5C|%00/i;

/** The value of a variable, decoded once; undefined for one that it may not hold. */
export function decodedValue(
  { mayHoldSlash, list }: TemplateVariable,
  text: string,
): string | string[] | undefined {
  if (!list) return decodedText(text, mayHoldSlash);
  if (text === '') return [];
  const elements = text
    .slice(list.lead.length)
    .split(list.separator)
    .map((element) => decodedText(element, mayHoldSlash));
  return elements.includes(undefined) ? undefined : (elements as string[]);
}

/** A value of a query may hold anything but NUL. */
export function decodedQueryValue(text: string): string | undefined {
  const value = decode(text) ?? text;
  return value.includes('\0') ? undefined : value;
}

function decodedText(text: string, mayHoldSlash: boolean): string | undefined {
  const decoded = decode(text);
  const value = decoded ?? text;
  const holdsSlash = decoded === undefined ? ENCODED_SLASH.test(text) : /[/\\]/.test(decoded);
  if (holdsSlash && !mayHoldSlash) return undefined;
  // What leads out of a folder is nothing that a template means.
  return value.includes('\0') || value.split(/[/\\]/).includes('..') ? undefined : value;
}

/** Undefined for text whose bytes are not UTF-8: its value is the text as it stands. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

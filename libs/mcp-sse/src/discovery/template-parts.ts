/** A variable in a template. */
export interface TemplateVariable {
  readonly kind: 'variable';
  readonly name: string;
  readonly mayHoldSlash: boolean;
  /** The character that separates it from its neighbours, which its value cannot contain. */
  readonly excludes: string;
  /** Of an exploded variable, which may be empty: what precedes its first element, and each further one. */
  readonly list?: { readonly lead: string; readonly separator: string };
}

export type TemplatePart =
  { readonly kind: 'text'; readonly text: string; readonly ignoresCase: boolean } | TemplateVariable;

/** The text that a variable matched, still encoded. */
export interface MatchedText {
  readonly part: TemplateVariable;
  readonly text: string;
}

/**
 * Matches parts against a whole URI. Where there are several ways, earlier variables are greedy.
 *
 * It does not backtrack. From the last part to the first it computes the positions from which the remaining parts
 * match, in one pass per part, and then follows them from the start.
 */
export function matchParts(parts: readonly TemplatePart[], uri: string): MatchedText[] | undefined {
  const [first] = parts;
  if (first?.kind === 'text' && !isAt(first, uri, 0)) return undefined;
  const rests = matchingRests(parts, uri);
  if (rests[0]![0] !== 1) return undefined;

  const matched: MatchedText[] = [];
  let from = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind === 'text') {
      from += part.text.length;
      continue;
    }
    const to = furthest(part, uri, from, rests[index + 1]!);
    matched.push({ part, text: uri.slice(from, to) });
    from = to;
  }
  return matched;
}

/** For each part, and the end: 1 at each position of the URI from which it and the parts after it match. */
function matchingRests(parts: readonly TemplatePart[], uri: string): Uint8Array[] {
  const end = new Uint8Array(uri.length + 1);
  end[uri.length] = 1;
  const rests = [end];
  for (const part of parts.toReversed()) {
    const next = rests[0]!;
    const here = new Uint8Array(uri.length + 1);
    if (part.kind === 'text') {
      for (let at = 0; at + part.text.length <= uri.length; at++)
        if (next[at + part.text.length] === 1 && isAt(part, uri, at)) here[at] = 1;
    } else {
      // Whether the parts after the variable match once it has taken more characters.
      let isReached = false;
      for (let at = uri.length; at >= 0; at--) {
        const isReachedHere: boolean = takes(part, uri, at) && (isReached || next[at + 1] === 1);
        const { list } = part;
        if (list ? next[at] === 1 || (isReachedHere && uri.startsWith(list.lead, at)) : isReachedHere)
          here[at] = 1;
        isReached = isReachedHere;
      }
    }
    rests.unshift(here);
  }
  return rests;
}

function furthest(part: TemplateVariable, uri: string, from: number, next: Uint8Array): number {
  let to = from;
  if (part.list && !uri.startsWith(part.list.lead, from)) return to;
  for (let at = from; takes(part, uri, at); at++) if (next[at + 1] === 1) to = at + 1;
  return to;
}

function takes({ mayHoldSlash, excludes, list }: TemplateVariable, uri: string, at: number): boolean {
  if (at >= uri.length) return false;
  const character = uri[at]!;
  if (character === '/') return mayHoldSlash || list?.separator === '/';
  return character !== excludes;
}

function isAt(
  { text, ignoresCase }: { text: string; ignoresCase: boolean },
  uri: string,
  at: number,
): boolean {
  if (!ignoresCase) return uri.startsWith(text, at);
  return uri.slice(at, at + text.length).toLowerCase() === text.toLowerCase();
}

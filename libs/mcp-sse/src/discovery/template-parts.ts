/** A variable that matches a part of a URI. */
export interface TemplateVariable {
  readonly kind: 'variable';
  readonly name: string;
  readonly mayHoldSlash: boolean;
  /** A character that separates it from its neighbours, so that it has none. */
  readonly excludes: string;
  /** Of an exploded one, which may be empty: what comes before its first element, and before each other one. */
  readonly list?: { readonly lead: string; readonly separator: string };
}

export type TemplatePart =
  { readonly kind: 'text'; readonly text: string; readonly ignoresCase: boolean } | TemplateVariable;

/** What a variable has matched, as it stands in the URI. */
export interface MatchedText {
  readonly part: TemplateVariable;
  readonly text: string;
}

/**
 * Matches parts against a whole URI; where there are several ways, earlier variables take as much as they can.
 *
 * It does not try one way after the other. From the last part to the first it finds out from where in the URI the rest
 * of the parts match, which takes one pass for each part, and then follows what matches.
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

/** For each part, and the end: 1 at each position of the URI from where it and those after it match. */
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
      // Whether what follows matches after some more characters of the variable.
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

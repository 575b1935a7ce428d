const OPENING = '([{';
const CLOSING = ')]}';
const QUOTES = '"\'`';

/**
 * The parameters of a method as its source has them, without default values: `ctx`, `...rest`, or the text of a pattern
 * (`{ sides }`). A minifier may have renamed them; a bound or native function has none.
 */
export function parameterNames(method: object): string[] {
  const source = Function.prototype.toString.call(method);
  const names: string[] = [];
  let depth = 0;
  let parameter = '';
  for (let at = Math.max(0, source.indexOf('(')); at < source.length; at++) {
    const character = source[at]!;
    const end = endOfInsertion(source, at);
    if (end > at) {
      at = end;
      continue;
    }
    if (CLOSING.includes(character)) depth--;
    if (depth === 0 || (depth === 1 && character === ',')) {
      if (parameter.trim() !== '') names.push(nameOf(parameter.trim()));
      parameter = '';
      if (depth === 0 && character === ')') break;
    } else parameter += character;
    if (OPENING.includes(character)) depth++;
  }
  return names;
}

/** The position of the last character of a string or comment that starts here; this position for anything else. */
function endOfInsertion(source: string, start: number): number {
  if (source.startsWith('/*', start)) return source.indexOf('*/', start) + 1;
  if (source.startsWith('//', start)) return source.indexOf('\n', start);
  const quote = source[start]!;
  if (!QUOTES.includes(quote)) return start;
  let end = start + 1;
  while (end < source.length && source[end] !== quote) end += source[end] === '\\' ? 2 : 1;
  return end;
}

function nameOf(parameter: string): string {
  return /^(\.\.\.)?[\w$]+/.exec(parameter)?.[0] ?? parameter;
}

import type { Random } from './random.js';

const STRINGS = [
  '',
  ' ',
  '\n',
  '\r\n',
  '\u2028',
  '\0',
  '"',
  'data: x\n\nevent: message',
  'ü☃😀',
  '\ud800',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '%00',
  '{{x}}',
  'null',
];
const NUMBERS = [0, -0, 1, -1, 1.5, -1e-9, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e308, 5e-324];

/** A value of JSON of any type and shape. */
export function anyJson(random: Random, depth = 3): unknown {
  switch (random.below(depth > 0 ? 8 : 5)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick(NUMBERS);
    case 3:
      return random.pick(STRINGS);
    case 4:
      return random.pick(STRINGS).repeat(1 + random.below(50));
    case 5:
      return Array.from({ length: random.below(4) }, () => anyJson(random, depth - 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [random.pick(STRINGS), anyJson(random, depth - 1)]),
      );
  }
}

/** An array in an array in an array, as text: no stack holds it where it is deep. */
export function deepJson(random: Random): string {
  const depth = 1 + random.below(20_000);
  return '['.repeat(depth) + ']'.repeat(depth);
}

/** A copy with one of its members, at any level, replaced, removed or added. */
export function mutated(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.2)) return anyJson(random);
  const entries = Object.entries(value);
  const index = random.below(entries.length + 1);
  const [name, member] = entries[index] ?? [random.pick(STRINGS), undefined];
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  if (random.chance(0.2)) Reflect.deleteProperty(copy, name);
  else Object.defineProperty(copy, name, { value: mutated(random, member), enumerable: true });
  return copy;
}

/** The text with a piece cut out, doubled or overwritten. */
export function mangled(random: Random, text: string): string {
  const start = random.below(text.length);
  const end = start + random.below(text.length - start);
  const middle = random.pick(['', text.slice(start, end).repeat(2), random.pick(STRINGS), '}', '[', ',']);
  return text.slice(0, start) + middle + text.slice(end);
}

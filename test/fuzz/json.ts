import fc from 'fast-check';

const ODD_TEXTS = [
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
const ODD_NUMBERS = [0, -0, 1, -1, 1.5, -1e-9, 2 ** 31, 2 ** 53 - 1, 2 ** 53, -(2 ** 53), 1e308, 5e-324];
const MAX_DEPTH = 20_000;

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...ODD_TEXTS),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.tuple(fc.constantFrom(...ODD_TEXTS), fc.nat(50)).map(([part, times]) => part.repeat(times)),
);

const trees = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.constantFrom(...ODD_NUMBERS),
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(text, tie('value'), { maxKeys: 3 }),
}));

/** A JSON value of any type and shape. */
export const json: fc.Arbitrary<unknown> = trees.value;

/** A JSON object of any shape. */
export const jsonObject: fc.Arbitrary<Record<string, unknown>> = trees.object;

/** Nested arrays as text, since deep ones would overflow the stack. */
export const deepJson: fc.Arbitrary<string> = fc
  .integer({ min: 1, max: MAX_DEPTH })
  .map((depth) => '['.repeat(depth) + ']'.repeat(depth));

interface Change {
  /** Indexes of a member, of its member and so on. They wrap around; one past the last adds a member. */
  readonly path: readonly number[];
  readonly removes: boolean;
  readonly name: string;
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  path: fc.array(fc.nat(5), { maxLength: 4 }),
  removes: fc.nat(4).map((draw) => draw === 4),
  name: text,
  value: json,
});

/** Generates a function that copies a value with one member, at any level, replaced, removed or added. */
export const mutation: fc.Arbitrary<(value: unknown) => unknown> = change.map(
  (made) => (value) => changed(value, made),
);

function changed(value: unknown, { path: [index, ...path], ...made }: Change): unknown {
  if (index === undefined || typeof value !== 'object' || value === null) return made.value;
  const entries = Object.entries(value);
  const [name, member] = entries[index % (entries.length + 1)] ?? [made.name, undefined];
  const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
  if (made.removes && path.length === 0) Reflect.deleteProperty(copy, name);
  else Object.defineProperty(copy, name, { value: changed(member, { ...made, path }), enumerable: true });
  return copy;
}

/** Generates a function that cuts, doubles or overwrites a piece of a text. */
export const mangling: fc.Arbitrary<(whole: string) => string> = fc
  .record({
    start: fc.nat(),
    length: fc.nat(),
    doubles: fc.boolean(),
    by: fc.oneof(text, fc.constantFrom('}', '[', ',')),
  })
  .map(({ start, length, doubles, by }) => (whole) => {
    const from = start % whole.length;
    const to = from + (length % (whole.length - from));
    const middle = doubles ? whole.slice(from, to).repeat(2) : by;
    return whole.slice(0, from) + middle + whole.slice(to);
  });

import {
  DefaultValuePipe,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseDatePipe,
  ParseEnumPipe,
  ParseFloatPipe,
  ParseIntPipe,
  ParseUUIDPipe,
} from '@nestjs/common';
import { enumValues } from '../schema/api-property.js';
import type { Keywords } from '../schema/keywords.js';
import type { Pipe } from '../decorators/parameter.decorators.js';

/** What a pipe says of the value that it takes. */
export interface PipedValue {
  readonly schema: Keywords;
  /** Whether it takes a missing value too. */
  readonly isOptional: boolean;
  /** The class of an array's elements, to be described elsewhere. */
  readonly elements?: unknown;
  /** Between the elements of an array that are sent as one text. */
  readonly separator?: string;
}

/** The members of Nest's pipes that are read here. Read in @nestjs/common 11.1.0 to 12.5.1, pipes. */
interface PipeMembers {
  readonly options?: { readonly optional?: boolean; readonly items?: unknown; readonly separator?: string };
  readonly enumType?: Readonly<Record<string, unknown>>;
  readonly defaultValue?: unknown;
}

const PRIMITIVES = new Map<unknown, Keywords>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
  [Date, { type: 'string', format: 'date-time' }],
]);

const PIPES: readonly [
  type: new (...args: never[]) => object,
  schemaOf: (members: PipeMembers) => Keywords,
][] = [
  [ParseIntPipe, () => ({ type: 'integer' })],
  [ParseFloatPipe, () => ({ type: 'number' })],
  [ParseBoolPipe, () => ({ type: 'boolean' })],
  [ParseUUIDPipe, () => ({ type: 'string', format: 'uuid' })],
  [ParseDatePipe, () => ({ type: 'string', format: 'date-time' })],
  [ParseEnumPipe, ({ enumType }) => ({ enum: enumValues(enumType) })],
  [ParseArrayPipe, ({ options }) => ({ type: 'array', items: PRIMITIVES.get(options?.items) ?? {} })],
];

/** What the pipes of a parameter say of its value; undefined if none of Nest's own says anything. */
export function pipedValue(pipes: readonly Pipe[]): PipedValue | undefined {
  let found: PipedValue | undefined;
  let given: Keywords | undefined;
  for (const pipe of pipes) {
    const members = (typeof pipe === 'function' ? {} : pipe) as PipeMembers;
    if (isA(pipe, DefaultValuePipe)) given = defaultOf(members.defaultValue);
    const schemaOf = PIPES.find(([type]) => isA(pipe, type))?.[1];
    if (!schemaOf) continue;
    const { optional = false, items, separator = ',' } = members.options ?? {};
    const elements = PRIMITIVES.has(items) ? undefined : items;
    const array = isA(pipe, ParseArrayPipe) ? { elements, separator } : {};
    found = { schema: schemaOf(members), isOptional: optional, ...array };
  }
  if (!given) return found;
  return { ...found, schema: { ...found?.schema, ...given }, isOptional: true };
}

/** The schema of a type that the compiler emitted, if it is of a single value. */
export function primitive(type: unknown): Keywords | undefined {
  return PRIMITIVES.get(type);
}

function isA(pipe: Pipe, type: new (...args: never[]) => object): boolean {
  return (
    pipe instanceof type || pipe === type || (typeof pipe === 'function' && pipe.prototype instanceof type)
  );
}

/** A default that JSON has. */
function defaultOf(value: unknown): Keywords {
  return value === undefined || (typeof value === 'number' && !Number.isFinite(value))
    ? {}
    : { default: value };
}

import { McpSchemaError, McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import {
  McpInvalidArgumentsException,
  type ArgumentIssue,
} from '../model/errors/mcp-invalid-arguments.exception.js';
import type { JsonObjectSchema, JsonSchema } from '../model/schema-source.js';
import { InputBuilder, type RouteArgument } from './input-builder.js';
import type { Place, RouteParameter } from './route-parameters.js';
import type { ValueSchemas } from './value-schemas.js';

/** The values that a request carries. */
export interface RouteValues {
  readonly path: Readonly<Record<string, string>>;
  readonly host: Readonly<Record<string, string>>;
  readonly query: readonly QueryValue[];
  /** What is sent as JSON; undefined for no body. */
  readonly body: unknown;
}

export interface QueryValue {
  readonly key: string;
  readonly value: unknown;
  readonly separator?: string;
  /** The argument that it comes from. */
  readonly argument: string;
}

/** A route as far as its input needs it. */
export interface InputSource {
  readonly parameters: readonly RouteParameter[];
  /** The parameters of its path and its host. */
  readonly names: Readonly<Record<'path' | 'host', readonly string[]>>;
  readonly rename: Readonly<Record<string, string>>;
  /** `Class.method`, for messages. */
  readonly where: string;
}

/** The arguments of a tool that is a route, and where each goes. */
export class RouteInput {
  /** Of what the parameters of the handler say. */
  readonly described: JsonObjectSchema;
  private readonly arguments: ReadonlyMap<string, RouteArgument>;
  private readonly hasBody: boolean;
  private readonly required: readonly string[];
  /** Where arguments go that no parameter names: to a body or a query that the handler takes as a whole. */
  private readonly rest?: Place;

  /**
   * @param declared schema of the arguments, which replaces what the parameters say
   * @throws {McpConfigurationError} when two values have one name, or a name is for a value that is not there
   * @throws {McpSchemaError} when nothing describes a value
   */
  constructor(
    { parameters, names, rename, where }: InputSource,
    values: ValueSchemas,
    declared?: JsonObjectSchema,
  ) {
    const builder = new InputBuilder(where, rename);
    let rest: Place | undefined;
    for (const parameter of parameters) {
      const { place, name } = parameter;
      if (name !== undefined) {
        const { schema, isRequired, separator } = values.named(parameter);
        builder.add({ place, key: name, separator }, schema, isRequired);
      } else if (place !== 'path' && place !== 'host') {
        const whole = values.whole(parameter, declared !== undefined);
        rest ??= whole ? openPlace(place, whole, declared) : place;
        if (whole && isFlat(whole)) builder.addAll(place, whole);
        else if (whole && place === 'body') builder.add({ place }, whole, true);
      } else {
        const { properties = {} } = values.ofUrl(parameter) ?? {};
        for (const key of names[place])
          if (key in properties) builder.add({ place, key }, { ...properties[key] }, true);
      }
    }
    for (const place of ['path', 'host'] as const)
      for (const key of names[place])
        if (!builder.has(place, key)) builder.add({ place, key }, values.unnamed(place, key), true);
    builder.assertRenamed();
    this.arguments = builder.arguments;
    this.described = builder.schema;
    this.hasBody = parameters.some(({ place }) => place === 'body');
    this.rest = rest;
    this.required = [...this.arguments].flatMap(([name, { place }]) =>
      place === 'path' || place === 'host' ? name : [],
    );
    if (declared) this.assertTaken(declared, where);
  }

  /** The verb for a route that takes any. */
  get verb(): string {
    return this.hasBody ? 'POST' : 'GET';
  }

  /** @throws {McpInvalidArgumentsException} for an argument that goes nowhere, or one of the path that is missing */
  valuesOf(args: Readonly<Record<string, unknown>>): RouteValues {
    const path: Record<string, string> = {};
    const host: Record<string, string> = {};
    const query: QueryValue[] = [];
    let body: unknown = this.hasBody ? {} : undefined;
    const issues: ArgumentIssue[] = [];
    for (const [name, value] of Object.entries(args)) {
      const argument = this.arguments.get(name) ?? this.unnamed(name);
      if (!argument) issues.push({ path: name, message: 'is not an argument of this tool' });
      else if (argument.place === 'body') {
        if (argument.key === undefined) body = value;
        else (body as Record<string, unknown>)[argument.key] = value;
      } else if (value === null || value === undefined) continue;
      else if (argument.place === 'query')
        query.push({ key: argument.key!, value, separator: argument.separator, argument: name });
      else {
        const text = textOf(value, argument);
        if (text === undefined) issues.push({ path: name, message: 'must be a text, a number or a boolean' });
        else (argument.place === 'path' ? path : host)[argument.key!] = text;
      }
    }
    for (const name of this.required)
      if (args[name] === undefined || args[name] === null)
        issues.push({ path: name, message: 'is required, as it is part of the URL' });
    if (issues.length > 0) throw new McpInvalidArgumentsException(issues);
    return { path, host, query, body };
  }

  private unnamed(name: string): RouteArgument | undefined {
    return this.rest && { place: this.rest, key: name };
  }

  private assertTaken({ properties = {} }: JsonObjectSchema, where: string): void {
    const lost = Object.keys(properties).find((name) => !this.arguments.has(name));
    if (lost !== undefined && !this.rest)
      throw new McpConfigurationError(
        `${where}: "input" has the property "${lost}", which no parameter of the handler takes. The arguments are ` +
          `${[...this.arguments.keys()].join(', ') || 'none'}.`,
      );
    const missing = this.required.find((name) => !(name in properties));
    if (missing !== undefined)
      throw new McpSchemaError(
        where,
        `"input" lacks the property "${missing}", which is part of the URL of the route. Add it.`,
      );
  }
}

/** Whether the properties of a schema can be arguments of their own. */
function isFlat({ type, properties, anyOf, oneOf, allOf }: JsonSchema): boolean {
  return type === 'object' && properties !== undefined && !anyOf && !oneOf && !allOf;
}

/** The place, if its schema or that of the arguments allows more than it names. */
function openPlace(
  place: Place,
  whole: JsonSchema,
  declared: JsonObjectSchema | undefined,
): Place | undefined {
  if (!isFlat(whole)) return undefined;
  const { additionalProperties } = whole;
  const isOpen = additionalProperties === true || typeof additionalProperties === 'object';
  return isOpen || declared ? place : undefined;
}

function textOf(value: unknown, { separator = ',' }: RouteArgument): string | undefined {
  if (Array.isArray(value)) return value.every(isScalar) ? value.join(separator) : undefined;
  return isScalar(value) ? String(value) : undefined;
}

export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

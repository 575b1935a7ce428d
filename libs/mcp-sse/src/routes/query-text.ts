import type { AbstractHttpAdapter } from '@nestjs/core';
import { McpInvalidArgumentsException } from '../model/errors/mcp-invalid-arguments.exception.js';
import { isScalar, type QueryValue } from './route-input.js';

/**
 * `flat`: the application reads `tag=a&tag=b`, as Express 5 and Fastify do by default. `nested`: it reads `tag[]=a` and
 * `range[from]=1` too, as the parser "extended" of Express does.
 */
export type QueryStyle = 'flat' | 'nested';

type Parser = (text: string) => Record<string, unknown>;

/** The style that an application's own parser reads. */
export function queryStyleOf(adapter: AbstractHttpAdapter): QueryStyle {
  const parse = parserOf(adapter);
  return parse && Array.isArray(parse('a[]=1')['a']) ? 'nested' : 'flat';
}

function parserOf(adapter: AbstractHttpAdapter): Parser | undefined {
  const instance = adapter.getInstance<{
    get?: (setting: string) => unknown;
    initialConfig?: { querystringParser?: unknown; routerOptions?: { querystringParser?: unknown } };
  }>();
  switch (adapter.getType()) {
    case 'express':
      return functionOf(instance.get?.('query parser fn'));
    case 'fastify': {
      const { querystringParser, routerOptions } = instance.initialConfig ?? {};
      return functionOf(routerOptions?.querystringParser ?? querystringParser);
    }
    default:
      return undefined;
  }
}

function functionOf(value: unknown): Parser | undefined {
  return typeof value === 'function' ? (value as Parser) : undefined;
}

/**
 * The query of a URL, with its question mark, or nothing.
 *
 * @throws {McpInvalidArgumentsException} for a value that the style cannot express
 */
export function queryText(values: readonly QueryValue[], style: QueryStyle): string {
  const pairs = new URLSearchParams();
  for (const { key, value, separator, argument } of values) {
    if (Array.isArray(value) && separator !== undefined) {
      if (!value.every(isScalar)) throw inexpressible(argument);
      if (value.length > 0) pairs.append(key, value.join(separator));
    } else append(pairs, key, value, style, argument);
  }
  const text = pairs.toString();
  return text && `?${text}`;
}

function append(
  pairs: URLSearchParams,
  key: string,
  value: unknown,
  style: QueryStyle,
  argument: string,
): void {
  if (isScalar(value)) pairs.append(key, String(value));
  else if (Array.isArray(value))
    for (const [index, element] of value.entries())
      if (style === 'flat' && !isScalar(element)) throw inexpressible(argument);
      else
        append(
          pairs,
          style === 'flat' ? key : `${key}[${isScalar(element) ? '' : index}]`,
          element,
          style,
          argument,
        );
  else if (typeof value === 'object' && value !== null) {
    if (style === 'flat') throw inexpressible(argument);
    for (const [name, member] of Object.entries(value))
      append(pairs, `${key}[${name}]`, member, style, argument);
  }
}

function inexpressible(argument: string): McpInvalidArgumentsException {
  return new McpInvalidArgumentsException([
    {
      path: argument,
      message: 'must be a text, a number, a boolean or an array of these, as it is part of a URL',
    },
  ]);
}

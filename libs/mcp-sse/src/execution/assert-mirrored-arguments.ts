import type { IncomingHttpHeaders } from 'node:http';
import type { MirroredArgument } from '../discovery/mirrored-arguments.js';
import { HeaderMismatchError } from '../model/errors/json-rpc.error.js';
import { assertMirrored, quoted } from '../model/mirrored-header.js';

/**
 * Checks that the headers of a call say the same as its arguments. An argument that is missing or null has no header:
 * one that is sent nonetheless would tell a gateway of a value that the handler does not get.
 *
 * @throws {HeaderMismatchError}
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-behavior-for-custom-headers
 */
export function assertMirroredArguments(
  mirrored: readonly MirroredArgument[],
  args: Readonly<Record<string, unknown>>,
  headers: IncomingHttpHeaders,
): void {
  for (const { header, key, path, source } of mirrored) {
    const value = valueAt(args, path);
    const sent = headers[key];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      assertMirrored(header, sent, source, value);
    else if (value !== undefined && value !== null)
      throw new HeaderMismatchError(
        `${header} cannot mirror ${source} in the body, which is not a string, an integer or a boolean`,
      );
    else if (sent !== undefined)
      throw new HeaderMismatchError(
        `${header} is ${quoted(sent)}, but ${source} in the body has no value; leave out the header`,
      );
  }
}

function valueAt(args: unknown, path: readonly string[]): unknown {
  let value = args;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

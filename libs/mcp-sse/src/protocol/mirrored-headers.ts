import type { IncomingMessage } from 'node:http';
import { HeaderMismatchError } from '../model/errors/json-rpc.error.js';
import { assertMirrored, quoted } from '../model/mirrored-header.js';
import type { JsonRpcRequest } from './json-rpc.js';
import { NAMING_PARAMS } from './methods.js';

/** An HTTP request, or the part of it that has its headers. */
export type MessageHead = Pick<IncomingMessage, 'headers' | 'rawHeaders'>;

/**
 * Checks that the headers of a request say the same as its body, so that a gateway that routes by them and this server
 * see the same request. Headers of a tool's arguments (`Mcp-Param-…`) are compared once the tool is known.
 *
 * @param version the one that the body claims
 * @throws {HeaderMismatchError}
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#request-metadata
 */
export function assertMirroredHeaders(
  head: MessageHead,
  version: string,
  { method, params }: Pick<JsonRpcRequest, 'method' | 'params'>,
): void {
  const { headers } = head;
  assertEqual('MCP-Protocol-Version', headers['mcp-protocol-version'], 'the version', version);
  assertEqual('Mcp-Method', headers['mcp-method'], 'the method', method);
  const param = NAMING_PARAMS.get(method);
  if (param !== undefined) assertName(headers['mcp-name'], `params.${param}`, params[param]);
  assertSentOnce(head);
}

/** Compares a header that is never base64. */
function assertEqual(header: string, sent: string | string[] | undefined, source: string, value: string) {
  if (sent === value) return;
  const problem = sent === undefined ? 'is missing' : `is ${quoted(sent)}`;
  throw new HeaderMismatchError(`${header} ${problem}, but ${source} in the body is ${quoted(value)}`);
}

/** The method itself refuses a missing name. Here it is a mismatch only if the header has one. */
function assertName(sent: string | string[] | undefined, source: string, name: unknown): void {
  if (typeof name === 'string') return assertMirrored('Mcp-Name', sent, source, name);
  if (sent !== undefined)
    throw new HeaderMismatchError(`Mcp-Name is ${quoted(sent)}, but ${source} in the body is no text`);
}

/**
 * Node joins the lines of a repeated header by a comma and a space. That may equal a value in the body, while a gateway
 * reads one line alone.
 */
function assertSentOnce({ headers, rawHeaders }: MessageHead): void {
  for (const name in headers) {
    if (name !== 'mcp-name' && !name.startsWith('mcp-param-')) continue;
    if (headers[name]!.includes(', ') && countLines(name, rawHeaders) > 1)
      throw new HeaderMismatchError(`${name} is sent several times; send it once`);
  }
}

function countLines(header: string, rawHeaders: readonly string[]): number {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === header).length;
}

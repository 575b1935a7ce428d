import { MIRROR_KEYWORD } from '../model/mirrored-header.js';
import { addPropertyKeywords } from './property-keywords.js';

/**
 * Makes clients repeat an argument in the header `Mcp-Param-<name>`, for gateways to route by and logs to show. The
 * server refuses a call whose header says something else than the argument. Clients of revision 2026-07-28 do it over
 * Streamable HTTP; nothing changes for others.
 *
 * For a string, an integer or a boolean, of a class-validator DTO or of its nested objects. Everyone between client and
 * server can read headers: use it for nothing secret.
 *
 * ```ts
 * class QueryDto {
 *   @McpHeader('Region')
 *   @IsString()
 *   region!: string;
 * }
 * ```
 *
 * @param name letters, digits and `-`; unique in the tool, whatever the case
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/tools#x-mcp-header
 */
export function McpHeader(name: string): PropertyDecorator {
  return (prototype, property) =>
    addPropertyKeywords('header', prototype, property, { [MIRROR_KEYWORD]: name });
}

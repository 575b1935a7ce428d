import { NotAcceptableException } from '@nestjs/common';

/** What MCP clients send with a POST. It allows all that is served. */
const BOTH = 'application/json, text/event-stream';

/**
 * @param accept the Accept header
 * @param types that the answer may have
 * @throws {NotAcceptableException} when the header excludes one of the types
 */
export function assertAccepts(accept: string | undefined, ...types: readonly string[]): void {
  if (accept === undefined || accept === '' || accept === BOTH) return;
  const ranges = accept.split(',').map((range) => range.split(';', 1)[0]!.trim().toLowerCase());
  const excluded = types.filter(
    (type) =>
      !ranges.some((range) => range === type || range === '*/*' || range === `${type.split('/')[0]}/*`),
  );
  if (excluded.length > 0)
    throw new NotAcceptableException(
      `The Accept header must allow ${types.join(' and ')}; it excludes ${excluded.join(' and ')}.`,
    );
}

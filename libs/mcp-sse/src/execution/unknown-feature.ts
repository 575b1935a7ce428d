import { ForbiddenException } from '@nestjs/common';
import { clip } from '../model/clip.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';

/** Not made when it is needed: the time that takes would tell hidden from unknown. */
const HIDDEN: ErrorOptions = { cause: new ForbiddenException() };

const MAX_NAME_LENGTH = 256;

/**
 * The error of a request that names what is not there for its principal.
 *
 * @param problem such as `Unknown tool`
 * @param isHidden whether it is there for others: nobody but the audit trail is told
 */
export function unknownFeature(
  code: number,
  problem: string,
  name: string,
  isHidden: boolean,
  data?: unknown,
): JsonRpcError {
  return new JsonRpcError(
    code,
    `${problem}: ${clip(name, MAX_NAME_LENGTH)}`,
    data,
    isHidden ? HIDDEN : undefined,
  );
}

import { ForbiddenException } from '@nestjs/common';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';

/** Not made when it is needed: the time that takes would tell hidden from unknown. */
const HIDDEN: ErrorOptions = { cause: new ForbiddenException() };

/**
 * The error of a request that names what is not there for its principal.
 *
 * @param isHidden whether it is there for others: nobody but the audit trail is told
 */
export function unknownFeature(
  code: number,
  message: string,
  isHidden: boolean,
  data?: unknown,
): JsonRpcError {
  return new JsonRpcError(code, message, data, isHidden ? HIDDEN : undefined);
}

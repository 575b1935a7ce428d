import { jsonWeight } from './json-weight.js';
import type { Params } from './json-rpc.js';

/** What a request takes while it is in flight besides its parameters, as measured: its contexts and promises. */
const OVERHEAD = 8 * 1024;
/** Up to which size parameters count as what such a message can take at most: looking would cost more. */
const SMALL = 2 * 1024;
/** Bytes in memory that one byte of JSON can become, as in `[{},{},{}]`. */
const MAX_GROWTH = 22;

/** About how many bytes a request takes while it is in flight. @param bytes of the message that carried it */
export function inFlightWeight(params: Params, bytes: number): number {
  return OVERHEAD + (bytes <= SMALL ? bytes * MAX_GROWTH : jsonWeight(params));
}

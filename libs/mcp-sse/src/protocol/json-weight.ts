import type { Params } from './json-rpc.js';

/** Bytes that V8 takes, as measured: for an object or array, and for a place that a value or a name is kept at. */
const OBJECT_WEIGHT = 48;
const SLOT_WEIGHT = 16;

/**
 * About how many bytes a JSON value takes in memory.
 *
 * @param maxWeight beyond which it need not be known: no more of the value is looked at
 */
export function jsonWeight(value: unknown, maxWeight = Infinity): number {
  let weight = 0;
  const waiting = [value];
  while (waiting.length > 0 && weight <= maxWeight) {
    const next = waiting.pop();
    weight += SLOT_WEIGHT;
    if (typeof next === 'string') weight += next.length;
    if (typeof next !== 'object' || next === null) continue;
    weight += OBJECT_WEIGHT;
    if (Array.isArray(next)) {
      if (weight + next.length * SLOT_WEIGHT > maxWeight) return Infinity;
      for (const item of next) waiting.push(item);
      continue;
    }
    for (const name in next) {
      weight += SLOT_WEIGHT + name.length;
      if (weight > maxWeight) return Infinity;
      waiting.push((next as Record<string, unknown>)[name]);
    }
  }
  return weight;
}

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

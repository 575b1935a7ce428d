import type { Params } from './json-rpc.js';

/** Measured bytes that V8 takes for an object or array, and for each value or name that it keeps. */
const OBJECT_WEIGHT = 48;
const SLOT_WEIGHT = 16;

/**
 * About how many bytes a JSON value takes in memory.
 *
 * @param maxWeight stops looking at the value once it weighs more
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

/** Measured bytes that a request takes in flight besides its parameters: its context and promises. */
const OVERHEAD = 8 * 1024;
/** Messages up to this size are not weighed (2.5 µs for one of 1.4 KB). They count as the most that they can take. */
const SMALL = 2 * 1024;
/** The most bytes in memory that one byte of JSON can become, as in `[{},{},{}]`. */
const MAX_GROWTH = 22;

/** About how many bytes a request takes while it is in flight. @param bytes of the message that carried it */
export function inFlightWeight(params: Params, bytes: number): number {
  return OVERHEAD + (bytes <= SMALL ? bytes * MAX_GROWTH : jsonWeight(params));
}

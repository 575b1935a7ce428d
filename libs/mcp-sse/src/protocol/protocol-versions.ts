import { LATEST_PROTOCOL_VERSION } from '@modelcontextprotocol/sdk/types.js';

const SERVED = ['2024-11-05', '2025-03-26', '2025-06-18', LATEST_PROTOCOL_VERSION];

/**
 * The revision that a session speaks: the client's when it is served, else the newest, which the client may
 * decline.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#version-negotiation
 */
export function negotiateVersion(requested: string): string {
  return isServedVersion(requested) ? requested : LATEST_PROTOCOL_VERSION;
}

/** The one revision in which messages may come in batches. */
export function hasBatches(version: string | undefined): boolean {
  return version === '2025-03-26';
}

export function isServedVersion(version: string): boolean {
  return SERVED.includes(version);
}

import type { McpEra } from '../model/mcp-context.js';

/** A revision of the protocol that this server speaks, and how it differs from the others. */
export interface Revision {
  readonly version: string;
  readonly era: McpEra;
  /** A client may send several messages as one JSON array. */
  readonly hasBatches: boolean;
  /** Streams of Streamable HTTP begin with an event that has an id and no data, and may be closed and polled. */
  readonly hasPrimingEvents: boolean;
  /**
   * A client declares `sampling.context` if it accepts `includeContext`. Before, every client that samples may get it.
   */
  readonly declaresSamplingContext: boolean;
  /** The code of the error for a resource that does not exist. */
  readonly resourceNotFoundCode: number;
}

const FIRST: Revision = {
  version: '2024-11-05',
  era: 'legacy',
  hasBatches: false,
  hasPrimingEvents: false,
  declaresSamplingContext: false,
  resourceNotFoundCode: -32002,
};

/** From the oldest to the newest. A new revision is served once it stands here, whatever the SDK knows of. */
export const REVISIONS: readonly Revision[] = [
  FIRST,
  { ...FIRST, version: '2025-03-26', hasBatches: true },
  { ...FIRST, version: '2025-06-18' },
  { ...FIRST, version: '2025-11-25', hasPrimingEvents: true, declaresSamplingContext: true },
  {
    ...FIRST,
    version: '2026-07-28',
    era: 'modern',
    declaresSamplingContext: true,
    resourceNotFoundCode: -32602,
  },
];

const BY_VERSION: ReadonlyMap<string, Revision> = new Map(
  REVISIONS.map((revision) => [revision.version, revision]),
);

/** The versions that are served without sessions, the newest first. */
export const MODERN_VERSIONS: readonly string[] = REVISIONS.filter(({ era }) => era === 'modern')
  .map(({ version }) => version)
  .reverse();

/** The newest revision that begins with `initialize`. */
const NEWEST_LEGACY = REVISIONS.findLast(({ era }) => era === 'legacy')!;

/**
 * The revision of an HTTP request that has no `MCP-Protocol-Version` and no session that agreed on one.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#protocol-version-header
 */
export const UNDECLARED_REVISION = BY_VERSION.get('2025-03-26')!;

/** @returns undefined for a version that this server does not speak */
export function revisionOf(version: string | undefined): Revision | undefined {
  return version === undefined ? undefined : BY_VERSION.get(version);
}

/**
 * The revision that a session speaks: the one that the client asks for if it is served, else the newest, which the
 * client may decline.
 *
 * @param requested `protocolVersion` of `initialize`
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle#version-negotiation
 */
export function negotiatedRevision(requested: string): Revision {
  const revision = revisionOf(requested);
  return revision?.era === 'legacy' ? revision : NEWEST_LEGACY;
}

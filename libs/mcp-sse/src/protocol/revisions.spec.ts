import { describe, expect, it } from '@jest/globals';
import { SUPPORTED_PROTOCOL_VERSIONS } from '@modelcontextprotocol/sdk/types.js';
import { MODERN_VERSIONS, negotiatedRevision, REVISIONS, revisionOf } from './revisions.js';

describe('the revisions that are served', () => {
  it('are these, from the oldest to the newest', () => {
    expect(REVISIONS.map(({ version }) => version)).toEqual([
      '2024-11-05',
      '2025-03-26',
      '2025-06-18',
      '2025-11-25',
      '2026-07-28',
    ]);
  });

  const legacy = REVISIONS.filter(({ era }) => era === 'legacy');

  it('with sessions are all known to the SDK whose types and schemas are used', () => {
    expect(SUPPORTED_PROTOCOL_VERSIONS).toEqual(expect.arrayContaining(legacy.map(({ version }) => version)));
    expect(MODERN_VERSIONS).toEqual(['2026-07-28']);
  });

  it('differ in batches, priming events and the declaration of sampling.context', () => {
    const having = (flag: 'hasBatches' | 'hasPrimingEvents' | 'declaresSamplingContext') =>
      REVISIONS.filter((revision) => revision[flag]).map(({ version }) => version);
    expect(having('hasBatches')).toEqual(['2025-03-26']);
    expect(having('hasPrimingEvents')).toEqual(['2025-11-25']);
    expect(having('declaresSamplingContext')).toEqual(['2025-11-25', '2026-07-28']);
  });

  it.each(legacy)('is the one that a client asks for: $version', (revision) => {
    expect(negotiatedRevision(revision.version)).toBe(revision);
  });

  it.each(['2026-07-28', '2023-01-01', '', 'constructor'])('is the newest for a client of %j', (version) => {
    expect(negotiatedRevision(version).version).toBe('2025-11-25');
    expect(revisionOf(version)?.era).not.toBe('legacy');
  });
});

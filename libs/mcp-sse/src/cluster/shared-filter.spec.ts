import { describe, expect, it } from '@jest/globals';
import type { McpSessionFilter } from '../sessions/session-filter.js';
import { filterOf, sharedFilter } from './shared-filter.js';

const overTheWire = (where: McpSessionFilter) =>
  filterOf(JSON.parse(JSON.stringify(sharedFilter(where))) as ReturnType<typeof sharedFilter>);

describe('a filter on its way to another node', () => {
  it.each<McpSessionFilter>([
    {},
    { tenant: 'acme' },
    { tenant: undefined },
    { subject: 'ada', issuer: undefined, transport: 'sse' },
  ])('stays what it is: %p', (where) => {
    expect(overTheWire(where)).toStrictEqual(where);
  });

  it('takes of a principal what it selects by, and nothing else that is known of it', () => {
    const principal = {
      subject: 'ada',
      tenant: undefined,
      scopes: [],
      roles: [],
      claims: { email: 'secret' },
    };
    expect(overTheWire(principal)).toStrictEqual({ subject: 'ada', tenant: undefined });
  });
});

import { describe, expect, it } from '@jest/globals';
import { KnownSessions } from './known-sessions.js';

type Found = Parameters<KnownSessions['add']>[1];

const found = (node: string): Found => ({
  owner: { node, epoch: 0 },
  record: {
    id: node,
    transport: 'sse',
    principal: { subject: 'ada', scopes: [], roles: [], claims: {} },
    params: {},
    streamHeaders: { 'x-long': 'x'.repeat(1_000) },
    graceMs: 0,
    createdAt: 0,
    state: {
      protocolVersion: '2025-11-25',
      clientInfo: { name: 'a client', version: '1' },
      subscriptions: ['a:b'],
    },
  },
});

describe('The sessions of other nodes', () => {
  it('are forgotten beyond a limit, those first that were asked for longest ago', () => {
    const sessions = new KnownSessions();
    sessions.add('asked', found('one'));
    sessions.add('silent', found('one'));
    for (let count = 2; count < 4_096; count++) sessions.add(String(count), found('one'));
    expect(sessions.get('asked')).toBeDefined();
    sessions.add('last', found('other'));
    expect(sessions.get('silent')).toBeUndefined();
    expect(['asked', '2', 'last'].map((id) => sessions.get(id)?.owner.node)).toEqual(['one', 'one', 'other']);
  });

  it('are remembered without what a client can make large', () => {
    const known = new KnownSessions().add('id', found('one'));
    expect(known.record).toMatchObject({ principal: { subject: 'ada' }, streamHeaders: {} });
    expect(known.record.state).toEqual({ protocolVersion: '2025-11-25', subscriptions: [] });
  });
});

import { expect, it } from '@jest/globals';
import { asJson, plainJson } from './plain-json.js';

it('makes JSON of what an application may have as a user', () => {
  const user: Record<string, unknown> = {
    id: 7n,
    born: new Date(0),
    isAdmin: false,
    nothing: null,
    teams: [{ name: 'a' }, undefined, () => 0],
    greet: () => 'hello',
  };
  user['self'] = user;
  user['friends'] = [user, { of: user }];
  expect(plainJson(user)).toEqual({
    id: '7',
    born: '1970-01-01T00:00:00.000Z',
    isAdmin: false,
    nothing: null,
    teams: [{ name: 'a' }, null, null],
    friends: [null, {}],
  });
});

it('repeats what is there twice and does not contain itself', () => {
  const team = { name: 'a' };
  expect(plainJson([team, { team }])).toEqual([{ name: 'a' }, { team: { name: 'a' } }]);
});

it('copies only what JSON cannot express', () => {
  const user = { name: 'ada', roles: ['admin'], tenant: { id: 7 }, nothing: undefined };
  expect(asJson(user)).toBe(user);
  const cycle: Record<string, unknown> = { id: 7n };
  cycle['self'] = cycle;
  expect(asJson(cycle)).toEqual({ id: '7' });
  expect(asJson({ born: new Date(0) })).toEqual({ born: '1970-01-01T00:00:00.000Z' });
});

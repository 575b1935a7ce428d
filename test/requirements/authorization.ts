import type { Requirement } from './requirement.js';

const PAGE = { revision: '2025-11-25', page: 'basic/authorization' } as const;
const METADATA = 'test/e2e/resource-metadata.e2e-spec.ts';
const ATTACKS = 'test/e2e/attacks.tokens.e2e-spec.ts';

/** https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization */
export const AUTHORIZATION: readonly Requirement[] = [
  {
    ...PAGE,
    id: 'authorization/metadata',
    level: 'MUST',
    text: 'Serve protected-resource metadata (RFC 9728).',
    test: { file: METADATA, name: 'stands at the root of the origin, with %s' },
  },
  {
    ...PAGE,
    id: 'authorization/servers',
    level: 'MUST',
    text: 'Name at least one authorization server in it.',
    test: { file: METADATA, name: '%s stops the boot' },
  },
  {
    ...PAGE,
    id: 'authorization/discovery',
    level: 'MUST',
    text: 'Tell where it is, by WWW-Authenticate on 401 or at the well-known address.',
    test: { file: METADATA, name: 'stands at the root of the origin, with %s' },
  },
  {
    ...PAGE,
    id: 'authorization/scope',
    level: 'SHOULD',
    text: 'Name the scopes that are needed in WWW-Authenticate.',
    test: { file: METADATA, name: 'and the challenge name scopes' },
  },
  {
    ...PAGE,
    id: 'authorization/validation',
    level: 'MUST',
    text: 'Validate access tokens; answer 401 to those that are invalid or have expired.',
    test: { file: ATTACKS, name: '%s is refused on every route' },
  },
  {
    ...PAGE,
    id: 'authorization/audience',
    level: 'MUST',
    text: 'Accept only tokens that were issued for this server.',
    test: { file: ATTACKS, name: '%s is refused on every route' },
  },
  {
    ...PAGE,
    id: 'authorization/query',
    level: 'MUST NOT',
    text: 'Take access tokens from the query.',
    test: { file: ATTACKS, name: 'in the query or in a body does not count' },
  },
  {
    ...PAGE,
    id: 'authorization/passthrough',
    level: 'MUST NOT',
    text: 'Pass the token of a client on to other services.',
    notApplicable:
      'The module asks nobody but the authorization server; what a tool does with headers is its own.',
  },
];

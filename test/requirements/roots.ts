import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/client/roots */
export const ROOTS: readonly Requirement[] = [
  {
    id: 'roots/unavailable',
    revision: '2025-11-25',
    page: 'client/roots',
    level: 'SHOULD',
    text: 'Bear roots that become unavailable.',
    notApplicable: 'The tool uses the roots; it gets a client error as an exception.',
  },
  {
    id: 'roots/boundaries',
    revision: '2025-11-25',
    page: 'client/roots',
    level: 'SHOULD',
    text: 'Stay within the roots.',
    notApplicable: 'The library touches no files; the tool uses the roots.',
  },
  {
    id: 'roots/paths',
    revision: '2025-11-25',
    page: 'client/roots',
    level: 'SHOULD',
    text: 'Check paths against the roots.',
    notApplicable: 'The library touches no files; the tool uses the roots.',
  },
  {
    id: 'roots/capability',
    revision: '2025-11-25',
    page: 'client/roots',
    level: 'SHOULD',
    text: 'Look for the roots capability before use.',
    test: {
      file: 'test/e2e/client-requests.wire.e2e-spec.ts',
      name: 'sends none for a capability that the client has not declared',
    },
  },
  {
    id: 'roots/changes',
    revision: '2025-11-25',
    page: 'client/roots',
    level: 'SHOULD',
    text: 'Bear changes of the list of roots.',
    test: {
      file: 'test/e2e/client-requests.wire.e2e-spec.ts',
      name: 'gets the new roots after they change',
    },
  },
  {
    id: 'roots/boundaries-in-operations',
    revision: '2025-11-25',
    page: 'client/roots',
    level: 'SHOULD',
    text: 'Respect the bounds of roots in operations.',
    notApplicable: 'The library touches no files; the tool uses the roots.',
  },
  {
    id: 'roots/cache',
    revision: '2025-11-25',
    page: 'client/roots',
    level: 'SHOULD',
    text: 'Cache roots as is appropriate.',
    notApplicable: 'listRoots() asks anew, so nothing is stale; what a tool keeps of it is its own.',
  },
];

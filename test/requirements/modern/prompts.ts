import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/server/prompts */
export const MODERN_PROMPTS: readonly Requirement[] = [
  {
    id: 'modern/prompts/capability',
    revision: '2026-07-28',
    page: 'server/prompts',
    level: 'MUST',
    text: 'Declare the capability prompts.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/prompts/list',
    revision: '2026-07-28',
    page: 'server/prompts',
    level: 'MUST',
    text: 'Answer prompts/list with the prompts that the client may get.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/prompts/list-connection',
    revision: '2026-07-28',
    page: 'server/prompts',
    level: 'MUST NOT',
    text: 'Let the list depend on the connection or earlier requests.',
    test: {
      file: 'test/e2e/modern.lists.e2e-spec.ts',
      name: 'do not depend on what the client says of itself, or asked before',
    },
  },
  {
    id: 'modern/prompts/list-changed',
    revision: '2026-07-28',
    page: 'server/prompts',
    level: 'SHOULD',
    text: 'Tell subscribers of a changed list.',
    test: {
      file: 'test/e2e/modern.subscriptions.e2e-spec.ts',
      name: 'tells of changed lists those who see the change',
    },
  },
  {
    id: 'modern/prompts/errors',
    revision: '2026-07-28',
    page: 'server/prompts',
    level: 'SHOULD',
    text: 'Answer -32602 for an unknown prompt and for wrong arguments.',
    test: {
      file: 'test/e2e/modern.lists.e2e-spec.ts',
      name: 'name what exists: all else is -32602 in this revision, and -32002 for resources before it',
    },
  },
];

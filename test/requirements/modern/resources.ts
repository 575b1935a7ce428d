import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/server/resources */
export const MODERN_RESOURCES: readonly Requirement[] = [
  {
    id: 'modern/resources/capability',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'MUST',
    text: 'Declare the capability resources.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/resources/list',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'MUST',
    text: 'Answer resources/list with the resources that the client may read.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/resources/list-connection',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'MUST NOT',
    text: 'Let the list depend on the connection or earlier requests.',
    test: {
      file: 'test/e2e/modern.lists.e2e-spec.ts',
      name: 'do not depend on what the client says of itself, or asked before',
    },
  },
  {
    id: 'modern/resources/list-changed',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'SHOULD',
    text: 'Tell subscribers of a changed list.',
    test: {
      file: 'test/e2e/modern.subscriptions.e2e-spec.ts',
      name: 'tells of changed lists those who see the change',
    },
  },
  {
    id: 'modern/resources/not-found',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'MUST',
    text: 'Answer -32602 for a resource that does not exist.',
    test: {
      file: 'test/e2e/modern.lists.e2e-spec.ts',
      name: 'name what exists: all else is -32602 in this revision, and -32002 for resources before it',
    },
  },
  {
    id: 'modern/resources/not-found-empty',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'MUST NOT',
    text: 'Answer with empty contents for it.',
    test: {
      file: 'test/e2e/modern.lists.e2e-spec.ts',
      name: 'name what exists: all else is -32602 in this revision, and -32002 for resources before it',
    },
  },
  {
    id: 'modern/resources/internal',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'SHOULD',
    text: 'Answer -32603 for internal errors.',
    test: {
      file: 'test/e2e/bad-input.handlers.e2e-spec.ts',
      name: 'is answered and logged with a correlation id, without internals: %s',
    },
  },
  {
    id: 'modern/resources/uris',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'MUST',
    text: 'Validate URIs.',
    test: { file: 'test/e2e/explorer.boot.e2e-spec.ts', name: 'a URI such as "%s"' },
  },
  {
    id: 'modern/resources/binary',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'MUST',
    text: 'Encode binary data.',
    test: { file: 'test/e2e/results.contents.e2e-spec.ts', name: 'is text or a blob by its type' },
  },
  {
    id: 'modern/resources/access',
    revision: '2026-07-28',
    page: 'server/resources',
    level: 'SHOULD',
    text: 'Control the access to resources.',
    test: {
      file: 'test/e2e/pipeline.pipes-and-interceptors.e2e-spec.ts',
      name: 'wrap reads of resources and gets of prompts as well',
    },
  },
];

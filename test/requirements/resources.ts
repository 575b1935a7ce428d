import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/server/resources */
export const RESOURCES: readonly Requirement[] = [
  {
    id: 'resources/capability',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'MUST',
    text: 'Declare the resources capability.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'negotiates a version, capabilities and instructions',
    },
  },
  {
    id: 'resources/list-changed',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'SHOULD',
    text: 'Tell clients when the list of resources changes.',
    test: {
      file: 'test/e2e/notifications.sessions.e2e-spec.ts',
      name: 'include resources and templates',
    },
  },
  {
    id: 'resources/https',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'SHOULD',
    text: 'Use https URIs only for what a client can load by itself.',
    notApplicable: 'The application chooses the URIs of its resources.',
  },
  {
    id: 'resources/other-scheme',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'SHOULD',
    text: 'Prefer another scheme for everything else.',
    notApplicable: 'The application chooses the URIs of its resources.',
  },
  {
    id: 'resources/custom-scheme',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'MUST',
    text: 'Keep custom schemes to RFC 3986.',
    test: { file: 'test/e2e/explorer.boot.e2e-spec.ts', name: 'a URI such as "%s"' },
  },
  {
    id: 'resources/errors',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'SHOULD',
    text: 'Answer the standard codes for what is not found and internal errors.',
    test: { file: 'test/pins/wire-codes.spec.ts', name: 'of answers on the stream are those of the table' },
  },
  {
    id: 'resources/validate-uri',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'MUST',
    text: 'Check the URIs that clients send.',
    test: { file: 'test/e2e/bad-input.messages.e2e-spec.ts', name: 'names the resource that was not found' },
  },
  {
    id: 'resources/access',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'SHOULD',
    text: 'Control who may read what is sensitive.',
    test: {
      file: 'test/e2e/pipeline.pipes-and-interceptors.e2e-spec.ts',
      name: 'wrap reads of resources and gets of prompts as well',
    },
  },
  {
    id: 'resources/binary',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'MUST',
    text: 'Encode binary data properly.',
    test: { file: 'test/e2e/results.contents.e2e-spec.ts', name: 'is text or a blob by its type' },
  },
  {
    id: 'resources/permissions',
    revision: '2025-11-25',
    page: 'server/resources',
    level: 'SHOULD',
    text: 'Check permissions before the work is done.',
    test: {
      file: 'test/e2e/pipeline.guards.e2e-spec.ts',
      name: 'that refuse keep the handler from being called',
    },
  },
];

import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/server/tools */
export const TOOLS: readonly Requirement[] = [
  {
    id: 'tools/human',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'SHOULD',
    text: 'A human can deny a call of a tool.',
    notApplicable: 'The client asks the human before it calls.',
  },
  {
    id: 'tools/capability',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'MUST',
    text: 'Declare the tools capability.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'negotiates a version, capabilities and instructions',
    },
  },
  {
    id: 'tools/list-changed',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'SHOULD',
    text: 'Tell clients when the list of tools changes.',
    test: {
      file: 'test/e2e/notifications.sessions.e2e-spec.ts',
      name: 'tell every client of a new tool, list it and call it',
    },
  },
  {
    id: 'tools/input-schema',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'MUST',
    text: 'Give each tool an input schema that is a JSON Schema object.',
    test: { file: 'test/e2e/explorer.boot.e2e-spec.ts', name: 'an input of %s that is no object' },
  },
  {
    id: 'tools/name-length',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'SHOULD',
    text: 'Keep the names of tools between 1 and 128 characters.',
    test: {
      file: 'test/e2e/explorer.names.e2e-spec.ts',
      name: 'has 1 to 128 characters, or the boot stops: %j',
    },
  },
  {
    id: 'tools/name-case',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'SHOULD',
    text: 'Tell names apart by case.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'distinguishes tools by the case of their names',
    },
  },
  {
    id: 'tools/name-characters',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'SHOULD',
    text: 'Use ASCII letters, digits, underscore, hyphen and dot only in names.',
    test: {
      file: 'test/e2e/explorer.names.e2e-spec.ts',
      name: 'must consist of ASCII letters and digits: %j',
    },
  },
  {
    id: 'tools/name-special',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'SHOULD NOT',
    text: 'Use spaces, commas and other special characters in names.',
    test: {
      file: 'test/e2e/explorer.names.e2e-spec.ts',
      name: 'has no other characters than _, - and .: %j',
    },
  },
  {
    id: 'tools/name-unique',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'SHOULD',
    text: 'Give no two tools of a server the same name.',
    test: {
      file: 'test/e2e/notifications.sessions.e2e-spec.ts',
      name: 'have unique names: a duplicate is an error and changes nothing',
    },
  },
  {
    id: 'tools/embedded-resources',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'SHOULD',
    text: 'Declare the resources capability where results embed resources.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'negotiates a version, capabilities and instructions',
    },
  },
  {
    id: 'tools/structured-text',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'SHOULD',
    text: 'Send structured content as text too.',
    test: { file: 'test/e2e/protocol.e2e-spec.ts', name: 'lists and calls tools' },
  },
  {
    id: 'tools/output-schema',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'MUST',
    text: 'Send structured results that fit the output schema.',
    test: {
      file: 'test/e2e/explorer.results.e2e-spec.ts',
      name: 'is checked against an output schema, which the client sees',
    },
  },
  {
    id: 'tools/validate-input',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'MUST',
    text: 'Check the arguments of every call.',
    test: {
      file: 'test/e2e/bad-input.messages.e2e-spec.ts',
      name: 'are an error result that names each field, and the handler is not called: %j',
    },
  },
  {
    id: 'tools/access',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'MUST',
    text: 'Control who may call a tool.',
    test: {
      file: 'test/e2e/pipeline.guards.e2e-spec.ts',
      name: 'that refuse keep the handler from being called',
    },
  },
  {
    id: 'tools/rate-limit',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'MUST',
    text: 'Limit the rate of calls.',
    test: { file: 'test/e2e/corporate.e2e-spec.ts', name: 'limits calls of a tool by its throttler' },
  },
  {
    id: 'tools/sanitize',
    revision: '2025-11-25',
    page: 'server/tools',
    level: 'MUST',
    text: 'Keep out of results what must not leave the server.',
    test: {
      file: 'test/e2e/bad-input.handlers.e2e-spec.ts',
      name: 'is answered and logged with a correlation id, without internals: %s',
    },
  },
];

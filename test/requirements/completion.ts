import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/completion */
export const COMPLETION: readonly Requirement[] = [
  {
    id: 'completion/capability',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'MUST',
    text: 'Declare the completions capability.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'negotiates a version, capabilities and instructions',
    },
  },
  {
    id: 'completion/errors',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'SHOULD',
    text: 'Answer the standard codes for wrong names and missing arguments.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'is refused for parameters that are not those of one: %j',
    },
  },
  {
    id: 'completion/relevance',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'SHOULD',
    text: 'Sort suggestions by relevance.',
    notApplicable: "What a handler says and does is the application's; the library passes it on.",
  },
  {
    id: 'completion/fuzzy',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'SHOULD',
    text: 'Match fuzzily where that makes sense.',
    notApplicable: "What a handler says and does is the application's; the library passes it on.",
  },
  {
    id: 'completion/rate',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'SHOULD',
    text: 'Limit the rate of completions.',
    test: { file: 'test/e2e/corporate.e2e-spec.ts', name: 'limits messages by its throttler' },
  },
  {
    id: 'completion/inputs',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'SHOULD',
    text: 'Check what completions are asked with.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'is refused for parameters that are not those of one: %j',
    },
  },
  {
    id: 'completion/validate',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'MUST',
    text: 'Check every input of a completion.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'is refused for parameters that are not those of one: %j',
    },
  },
  {
    id: 'completion/rate-limit',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'MUST',
    text: 'Limit the rate of completions as is appropriate.',
    test: { file: 'test/e2e/corporate.e2e-spec.ts', name: 'limits messages by its throttler' },
  },
  {
    id: 'completion/access',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'MUST',
    text: 'Control who may see sensitive suggestions.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'is refused by guards to those who may not see it',
    },
  },
  {
    id: 'completion/disclosure',
    revision: '2025-11-25',
    page: 'server/utilities/completion',
    level: 'MUST',
    text: 'Disclose nothing by suggestions.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'is refused by guards to those who may not see it',
    },
  },
];

import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/index */
export const MODERN_BASE: readonly Requirement[] = [
  {
    id: 'modern/base/json-rpc',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Follow JSON-RPC 2.0.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/base/response-id',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Answer with the id of the request.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/base/result',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Have a result in the response of a request that succeeded.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/base/result-type',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Say in each result its type.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/base/result-types',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Use only types of the core protocol and of extensions that are declared.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/base/error-id',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Give an error the id of its request if that could be read.',
    test: { file: 'test/e2e/modern.transport.e2e-spec.ts', name: 'gets the error for %s' },
  },
  {
    id: 'modern/base/error-members',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Give an error a code and a message.',
    test: { file: 'test/e2e/modern.transport.e2e-spec.ts', name: 'gets the error for %s' },
  },
  {
    id: 'modern/base/error-integer',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Use integers as codes.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/base/legacy-codes',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'SHOULD NOT',
    text: 'Use codes from -32000 to -32019.',
    shortfall: 'Answers of the transport itself, such as 413 and 429, carry -32000 in both eras.',
  },
  {
    id: 'modern/base/reserved-codes',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST NOT',
    text: 'Send a code from -32020 to -32099 that the specification does not define.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/base/reserved-meanings',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Use the codes of the specification with their meaning.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/base/retired-codes',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST NOT',
    text: 'Send -32002 or -32042.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/base/own-codes',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'SHOULD',
    text: 'Take codes of its own from outside the range that JSON-RPC reserves.',
    notApplicable: 'The library has no codes of its own in this revision.',
  },
  {
    id: 'modern/base/notification-silence',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST NOT',
    text: 'Answer a notification.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'is no notification: these get 202 without a body',
    },
  },
  {
    id: 'modern/base/stateless',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST NOT',
    text: 'Rely on earlier requests of a connection.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'takes nothing from the requests before it on its connection',
    },
  },
  {
    id: 'modern/base/many-conversations',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'SHOULD',
    text: 'Serve requests of several conversations.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'may have the id of another one that is in flight',
    },
  },
  {
    id: 'modern/base/any-connection',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'SHOULD NOT',
    text: 'Require that related requests share a connection.',
    test: {
      file: 'test/e2e/modern.nodes.e2e-spec.ts',
      name: 'go on with calls of each other, by a key on which a cluster agrees',
    },
  },
  {
    id: 'modern/base/handles',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Refer to state over several requests by a handle that the client sends.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/input-rounds.spec.ts',
      name: 'go out together, and the handler runs again with the answers',
    },
  },
  {
    id: 'modern/base/schema-dialect',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Take JSON Schema 2020-12 where a schema names no dialect.',
    test: {
      file: 'libs/mcp-sse/src/schema/raw-json-schema.spec.ts',
      name: 'follows and shows %s of 2020-12',
    },
  },
  {
    id: 'modern/base/schema-network',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST NOT',
    text: 'Fetch the $ref of a schema from the network.',
    test: { file: 'libs/mcp-sse/src/schema/raw-json-schema.spec.ts', name: 'fetches no schema' },
  },
  {
    id: 'modern/base/meta-missing',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Answer 400 and -32602 when a required member of _meta is missing.',
    test: { file: 'test/e2e/modern.transport.e2e-spec.ts', name: 'gets the error for %s' },
  },
  {
    id: 'modern/base/capabilities-only',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST NOT',
    text: 'Rely on a capability that the client did not declare.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/base/capability-missing',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Answer 400 and -32021 with the capabilities that are missing.',
    test: { file: 'test/e2e/modern.transport.e2e-spec.ts', name: 'gets the error for %s' },
  },
  {
    id: 'modern/base/server-info',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'SHOULD',
    text: 'Name the server in each result.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/base/server-info-trust',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'SHOULD NOT',
    text: 'Decide by what a client says of itself.',
    test: {
      file: 'test/e2e/modern.lists.e2e-spec.ts',
      name: 'do not depend on what the client says of itself, or asked before',
    },
  },
  {
    id: 'modern/base/subscription-id',
    revision: '2026-07-28',
    page: 'basic/index',
    level: 'MUST',
    text: 'Mark notifications of a subscription with its id.',
    test: {
      file: 'test/e2e/modern.subscriptions.e2e-spec.ts',
      name: 'acknowledges first, marks every message, and sends nothing that was not asked for',
    },
  },
];

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning */
export const MODERN_VERSIONING: readonly Requirement[] = [
  {
    id: 'modern/versioning/unsupported',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'MUST',
    text: 'Answer -32022 with the versions that are served to one that is not.',
    test: { file: 'test/e2e/modern.transport.e2e-spec.ts', name: 'gets the error for %s' },
  },
  {
    id: 'modern/versioning/discover',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'MUST',
    text: 'Serve server/discover.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/versioning/extension-names',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'MUST',
    text: 'Name extensions as keys of _meta, with a prefix.',
    notApplicable: 'The library declares no extensions.',
  },
  {
    id: 'modern/versioning/extension-fallback',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'MUST',
    text: 'Do without an extension that only one side has, or refuse the request.',
    notApplicable: 'The library declares no extensions.',
  },
  {
    id: 'modern/versioning/initialize',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'SHOULD',
    text: 'Name the versions that are served in the answer to initialize where no other revision is.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'without the legacy one refuses GET, DELETE and initialize, and names the versions that it serves',
    },
  },
];

/** https://modelcontextprotocol.io/specification/2026-07-28/server/discover */
export const MODERN_DISCOVER: readonly Requirement[] = [
  {
    id: 'modern/discover/implemented',
    revision: '2026-07-28',
    page: 'server/discover',
    level: 'MUST',
    text: 'Serve server/discover.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/discover/server-info',
    revision: '2026-07-28',
    page: 'server/discover',
    level: 'SHOULD',
    text: 'Name the server in its result.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
];

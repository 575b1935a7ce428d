import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr */
export const MODERN_MRTR: readonly Requirement[] = [
  {
    id: 'modern/mrtr/in-results',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST',
    text: 'Ask the client by results, not by requests.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'takes nothing from the requests before it on its connection',
    },
  },
  {
    id: 'modern/mrtr/requests-only',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST NOT',
    text: 'Ask on other requests than calls of tools, gets of prompts and reads of resources.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/mrtr/keys',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST',
    text: 'Give the questions of a request keys of their own.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/input-rounds.spec.ts',
      name: 'have different keys, whatever the handler calls them',
    },
  },
  {
    id: 'modern/mrtr/kinds',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST',
    text: 'Ask by elicitation, sampling and roots only.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/mrtr/untrusted',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST',
    text: 'Take the state of a request for what an attacker sends.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/round-state.spec.ts',
      name: 'that was forged or is no string is refused',
    },
  },
  {
    id: 'modern/mrtr/integrity',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST',
    text: 'Protect the integrity of the state.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/state-seal.spec.ts',
      name: 'does not open once any bit of any byte is another',
    },
  },
  {
    id: 'modern/mrtr/refused',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST',
    text: 'Refuse a state that fails the check.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/round-state.spec.ts',
      name: 'that was forged or is no string is refused',
    },
  },
  {
    id: 'modern/mrtr/principal',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'SHOULD',
    text: 'Refuse a state of another principal.',
    test: { file: 'libs/mcp-sse/src/protocol/input/round-state.spec.ts', name: 'of %s is refused' },
  },
  {
    id: 'modern/mrtr/expiry',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'SHOULD',
    text: 'Refuse a state that has expired.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/round-state.spec.ts',
      name: 'that has expired is refused',
    },
  },
  {
    id: 'modern/mrtr/request',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'SHOULD',
    text: 'Refuse a state of another request.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/round-state.spec.ts',
      name: 'of a request with another %s is refused',
    },
  },
  {
    id: 'modern/mrtr/single-use',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST',
    text: 'Make sure that a state is used once where that matters.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/round-state.spec.ts',
      name: 'may be used again, unless once is demanded',
    },
  },
  {
    id: 'modern/mrtr/members',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST',
    text: 'Send questions or a state in each such result.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/input-rounds.spec.ts',
      name: 'go out together, and the handler runs again with the answers',
    },
  },
  {
    id: 'modern/mrtr/declared',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST NOT',
    text: 'Ask what the client did not declare.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/mrtr/no-assumption',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST NOT',
    text: 'Expect that the client answers.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/mrtr/validated',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'SHOULD',
    text: 'Check the answers.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/input-rounds.answers.spec.ts',
      name: 'is asked for again when it %s',
    },
  },
  {
    id: 'modern/mrtr/malformed',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'SHOULD',
    text: 'Answer answers that are malformed with a JSON-RPC error.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/round-state.spec.ts',
      name: 'comes with responses that are an object',
    },
  },
  {
    id: 'modern/mrtr/unknown',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'SHOULD',
    text: 'Ignore answers to questions that were not asked.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/input-rounds.answers.spec.ts',
      name: 'is not taken from a prototype',
    },
  },
  {
    id: 'modern/mrtr/missing',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'SHOULD',
    text: 'Ask again for answers that are missing.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/input-rounds.answers.spec.ts',
      name: 'is asked for again when it %s',
    },
  },
  {
    id: 'modern/mrtr/state-validated',
    revision: '2026-07-28',
    page: 'basic/patterns/mrtr',
    level: 'MUST',
    text: 'Check the state that comes through the client.',
    test: {
      file: 'libs/mcp-sse/src/protocol/input/round-state.spec.ts',
      name: 'of a request with another %s is refused',
    },
  },
];

import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/stdio */
export const MODERN_STDIO: readonly Requirement[] = [
  {
    id: 'modern/stdio/newlines',
    revision: '2026-07-28',
    page: 'basic/transports/stdio',
    level: 'MUST NOT',
    text: 'Put newlines inside a message.',
    test: { file: 'test/e2e/stdio.e2e-spec.ts', name: 'prints only messages, one per line' },
  },
  {
    id: 'modern/stdio/stdout',
    revision: '2026-07-28',
    page: 'basic/transports/stdio',
    level: 'MUST NOT',
    text: 'Write anything but messages to stdout.',
    test: { file: 'test/e2e/stdio.e2e-spec.ts', name: 'prints only messages, one per line' },
  },
  {
    id: 'modern/stdio/no-requests',
    revision: '2026-07-28',
    page: 'basic/transports/stdio',
    level: 'MUST NOT',
    text: 'Write requests to stdout.',
    test: {
      file: 'test/e2e/modern.stdio.e2e-spec.ts',
      name: 'serves the client of SDK v2 in mode %j, with progress and questions',
    },
  },
  {
    id: 'modern/stdio/cancel-stop',
    revision: '2026-07-28',
    page: 'basic/transports/stdio',
    level: 'SHOULD',
    text: 'Stop the work on a request that is cancelled.',
    test: {
      file: 'test/e2e/modern.stdio.e2e-spec.ts',
      name: 'cancels a request by notifications/cancelled, and does not answer it',
    },
  },
  {
    id: 'modern/stdio/cancel-silence',
    revision: '2026-07-28',
    page: 'basic/transports/stdio',
    level: 'MUST NOT',
    text: 'Send anything more for it.',
    test: {
      file: 'test/e2e/modern.stdio.e2e-spec.ts',
      name: 'cancels a request by notifications/cancelled, and does not answer it',
    },
  },
  {
    id: 'modern/stdio/exit',
    revision: '2026-07-28',
    page: 'basic/transports/stdio',
    level: 'SHOULD',
    text: 'Exit soon after stdin was closed.',
    test: {
      file: 'test/e2e/stdio.e2e-spec.ts',
      name: 'answers requests sent before the input ended, as the given user',
    },
  },
];

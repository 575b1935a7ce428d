import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/basic/transports */
export const TRANSPORTS: readonly Requirement[] = [
  {
    id: 'transports/utf-8',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Encode messages in UTF-8.',
    test: { file: 'test/e2e/bad-input.messages.e2e-spec.ts', name: 'comes back as it is: %j' },
  },
  {
    id: 'transports/stdio/newlines',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST NOT',
    text: 'Put no newline inside a message.',
    test: {
      file: 'test/e2e/stdio.e2e-spec.ts',
      name: 'prints only messages, one per line',
    },
  },
  {
    id: 'transports/stdio/stdout',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST NOT',
    text: 'Write nothing but messages to stdout.',
    test: {
      file: 'test/e2e/stdio.e2e-spec.ts',
      name: 'prints only messages, one per line',
    },
  },
  {
    id: 'transports/custom-format',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Custom transports keep the message format and the lifecycle.',
    notApplicable: 'The library offers no custom transport.',
  },
  {
    id: 'transports/custom-documented',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Custom transports document how they connect and exchange messages.',
    notApplicable: 'The library offers no custom transport.',
  },
];

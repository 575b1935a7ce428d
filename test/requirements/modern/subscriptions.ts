import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions */
export const MODERN_SUBSCRIPTIONS: readonly Requirement[] = [
  {
    id: 'modern/subscriptions/asked-only',
    revision: '2026-07-28',
    page: 'basic/patterns/subscriptions',
    level: 'MUST NOT',
    text: 'Send notifications that were not asked for.',
    test: {
      file: 'test/e2e/modern.subscriptions.e2e-spec.ts',
      name: 'acknowledges first, marks every message, and sends nothing that was not asked for',
    },
  },
  {
    id: 'modern/subscriptions/acknowledged',
    revision: '2026-07-28',
    page: 'basic/patterns/subscriptions',
    level: 'MUST',
    text: 'Send the acknowledgement first, with the id of the subscription.',
    test: {
      file: 'test/e2e/modern.subscriptions.e2e-spec.ts',
      name: 'acknowledges first, marks every message, and sends nothing that was not asked for',
    },
  },
  {
    id: 'modern/subscriptions/acknowledged-first',
    revision: '2026-07-28',
    page: 'basic/patterns/subscriptions',
    level: 'MUST NOT',
    text: 'Send a notification before it.',
    test: {
      file: 'test/e2e/modern.subscriptions.e2e-spec.ts',
      name: 'acknowledges first, marks every message, and sends nothing that was not asked for',
    },
  },
  {
    id: 'modern/subscriptions/graceful',
    revision: '2026-07-28',
    page: 'basic/patterns/subscriptions',
    level: 'SHOULD',
    text: 'End a subscription with a result.',
    test: {
      file: 'test/e2e/modern.subscriptions.ends.e2e-spec.ts',
      name: 'ends with a result when the token expires, when the node is drained, and when it stops',
    },
  },
  {
    id: 'modern/subscriptions/graceful-first',
    revision: '2026-07-28',
    page: 'basic/patterns/subscriptions',
    level: 'SHOULD',
    text: 'Answer the request before the stream is closed.',
    test: {
      file: 'test/e2e/modern.subscriptions.ends.e2e-spec.ts',
      name: 'ends with a result when the application is closed',
    },
  },
];

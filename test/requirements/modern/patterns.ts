import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/cancellation */
export const MODERN_CANCELLATION: readonly Requirement[] = [
  {
    id: 'modern/cancellation/torn-down',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'MUST',
    text: 'Send notifications/cancelled for a subscription that is torn down.',
    test: {
      file: 'test/e2e/modern.subscriptions.stdio.e2e-spec.ts',
      name: 'tells the client by notifications/cancelled when it ends without a result',
    },
  },
  {
    id: 'modern/cancellation/other-purposes',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'MUST NOT',
    text: 'Send notifications/cancelled for anything else.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/cancellation/disconnect',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'MUST',
    text: 'Take a disconnect over HTTP for a cancellation.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'is cancelled when its client leaves, having read something: %s',
    },
  },
  {
    id: 'modern/cancellation/timeouts',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'SHOULD',
    text: 'Have time limits for requests that are sent.',
    notApplicable: 'A server sends no requests in this revision.',
  },
  {
    id: 'modern/cancellation/stop',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'SHOULD',
    text: 'Stop the work on a cancelled request.',
    test: {
      file: 'test/e2e/modern.stdio.e2e-spec.ts',
      name: 'cancels a request by notifications/cancelled, and does not answer it',
    },
  },
  {
    id: 'modern/cancellation/free',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'SHOULD',
    text: 'Free what a cancelled request holds.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/cancellation/no-response',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'SHOULD NOT',
    text: 'Answer a cancelled request.',
    test: {
      file: 'test/e2e/modern.stdio.e2e-spec.ts',
      name: 'cancels a request by notifications/cancelled, and does not answer it',
    },
  },
  {
    id: 'modern/cancellation/races',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'MUST',
    text: 'Cope with cancellations that come too late.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/cancellation/log',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'SHOULD',
    text: 'Log why requests are cancelled.',
    test: {
      file: 'test/e2e/modern.observability.e2e-spec.ts',
      name: 'records a call whose client went away as cancelled',
    },
  },
  {
    id: 'modern/cancellation/invalid',
    revision: '2026-07-28',
    page: 'basic/patterns/cancellation',
    level: 'SHOULD',
    text: 'Ignore cancellations that are malformed or of unknown requests.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'is no notification: these get 202 without a body',
    },
  },
];

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress */
export const MODERN_PROGRESS: readonly Requirement[] = [
  {
    id: 'modern/progress/increases',
    revision: '2026-07-28',
    page: 'basic/patterns/progress',
    level: 'MUST',
    text: 'Report progress that grows.',
    test: {
      file: 'test/e2e/notifications.calls.e2e-spec.ts',
      name: 'is sent with the token of the request, and only grows: %j',
    },
  },
  {
    id: 'modern/progress/message',
    revision: '2026-07-28',
    page: 'basic/patterns/progress',
    level: 'SHOULD',
    text: 'Say in the message of a report what is going on.',
    notApplicable: 'The handler writes the messages.',
  },
  {
    id: 'modern/progress/own-token',
    revision: '2026-07-28',
    page: 'basic/patterns/progress',
    level: 'MUST',
    text: 'Report with the token of a request in progress.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/progress/track',
    revision: '2026-07-28',
    page: 'basic/patterns/progress',
    level: 'SHOULD',
    text: 'Know the tokens in use.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/progress/rate-limit',
    revision: '2026-07-28',
    page: 'basic/patterns/progress',
    level: 'SHOULD',
    text: 'Limit how often progress is reported.',
    shortfall: 'Handlers report as often as they like; a slow reader is disconnected.',
  },
  {
    id: 'modern/progress/stop',
    revision: '2026-07-28',
    page: 'basic/patterns/progress',
    level: 'MUST',
    text: 'Report nothing after the answer.',
    test: {
      file: 'test/e2e/notifications.calls.e2e-spec.ts',
      name: 'is not sent after the answer, nor is any other message of the call',
    },
  },
];

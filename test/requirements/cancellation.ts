import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation */
export const CANCELLATION: readonly Requirement[] = [
  {
    id: 'cancellation/own-requests',
    revision: '2025-11-25',
    page: 'basic/utilities/cancellation',
    level: 'MUST',
    text: 'Cancel only requests that were issued in the same direction and seem to be in progress.',
    test: {
      file: 'test/e2e/streamable-http-calls.e2e-spec.ts',
      name: "cancel the server's requests to the client too",
    },
  },
  {
    id: 'cancellation/tasks',
    revision: '2025-11-25',
    page: 'basic/utilities/cancellation',
    level: 'MUST',
    text: 'Cancel requests with a task by tasks/cancel.',
    notApplicable: 'The library declares no tasks capability, so no request is augmented with a task.',
  },
  {
    id: 'cancellation/stop',
    revision: '2025-11-25',
    page: 'basic/utilities/cancellation',
    level: 'SHOULD',
    text: 'Stop the work on a request that is cancelled.',
    test: {
      file: 'test/e2e/notifications.calls.e2e-spec.ts',
      name: 'aborts its signal with the reason, and sends nothing more of it',
    },
  },
  {
    id: 'cancellation/free',
    revision: '2025-11-25',
    page: 'basic/utilities/cancellation',
    level: 'SHOULD',
    text: 'Free what a cancelled request holds.',
    test: { file: 'test/e2e/streamable-http-calls.e2e-spec.ts', name: 'of requests that were cancelled' },
  },
  {
    id: 'cancellation/no-response',
    revision: '2025-11-25',
    page: 'basic/utilities/cancellation',
    level: 'SHOULD',
    text: 'Send no response to a request that is cancelled.',
    test: {
      file: 'test/e2e/bad-input.handlers.e2e-spec.ts',
      name: 'is not answered if it returns after its cancellation, and does not answer its successor',
    },
  },
  {
    id: 'cancellation/ignore-late',
    revision: '2025-11-25',
    page: 'basic/utilities/cancellation',
    level: 'SHOULD',
    text: 'Ignore an answer that comes after the cancellation of its request.',
    test: {
      file: 'test/e2e/streamable-http-calls.e2e-spec.ts',
      name: "cancel the server's requests to the client too",
    },
  },
  {
    id: 'cancellation/races',
    revision: '2025-11-25',
    page: 'basic/utilities/cancellation',
    level: 'MUST',
    text: 'Bear cancellations and answers that cross each other.',
    test: {
      file: 'test/e2e/notifications.calls.e2e-spec.ts',
      name: 'ignores requests that are answered, unknown or of another session',
    },
  },
  {
    id: 'cancellation/log-reason',
    revision: '2025-11-25',
    page: 'basic/utilities/cancellation',
    level: 'SHOULD',
    text: 'Log the reasons of cancellations.',
    test: {
      file: 'test/e2e/client-requests.wire.e2e-spec.ts',
      name: 'logs why either side cancelled a request',
    },
  },
  {
    id: 'cancellation/invalid',
    revision: '2025-11-25',
    page: 'basic/utilities/cancellation',
    level: 'SHOULD',
    text: 'Ignore cancellations that are malformed, unknown or too late.',
    test: {
      file: 'test/e2e/bad-input.handlers.e2e-spec.ts',
      name: 'is cancelled by its own id only: not by %s',
    },
  },
];

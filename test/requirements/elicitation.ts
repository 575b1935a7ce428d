import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation */
export const ELICITATION: readonly Requirement[] = [
  {
    id: 'elicitation/sensitive-form',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST NOT',
    text: 'Ask for secrets by a form.',
    notApplicable: "What a handler says and does is the application's; the library passes it on.",
  },
  {
    id: 'elicitation/sensitive-url',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST',
    text: 'Use URL mode for secrets.',
    notApplicable: "What a handler says and does is the application's; the library passes it on.",
  },
  {
    id: 'elicitation/modes',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST NOT',
    text: 'Use a mode that the client has not declared.',
    test: {
      file: 'test/e2e/client-requests.wire.e2e-spec.ts',
      name: 'sends none for a capability that the client has not declared',
    },
  },
  {
    id: 'elicitation/parameters',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST',
    text: 'Send a mode, unless it is form, and a message.',
    test: {
      file: 'test/e2e/client-requests.e2e-spec.ts',
      name: 'gets a sampled message, a form of the user, and roots',
    },
  },
  {
    id: 'elicitation/form-parameters',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST',
    text: 'Send the schema of a form.',
    test: {
      file: 'test/e2e/client-requests.e2e-spec.ts',
      name: 'gets a sampled message, a form of the user, and roots',
    },
  },
  {
    id: 'elicitation/url-parameters',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST',
    text: 'Send the mode, message, URL and id in URL mode.',
    test: {
      file: 'test/e2e/client-requests.wire.e2e-spec.ts',
      name: 'elicits a visit to a page with the mode, message, URL and id',
    },
  },
  {
    id: 'elicitation/valid-url',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST',
    text: 'Send a URL that is valid.',
    test: { file: 'test/e2e/client-requests.e2e-spec.ts', name: 'sends nobody to an invalid URL: %j' },
  },
  {
    id: 'elicitation/complete-own-client',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST',
    text: 'Tell of completion only the client that was asked.',
    notApplicable:
      'The library sends no such notification; ctx.notify() reaches the client of the call only.',
  },
  {
    id: 'elicitation/complete-id',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST',
    text: 'Tell of completion with the id of the elicitation.',
    notApplicable: 'The library sends no such notification by itself.',
  },
  {
    id: 'elicitation/required-error-only',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST NOT',
    text: 'Answer -32042 where no URL elicitation is required.',
    notApplicable: 'Only the application throws that error.',
  },
  {
    id: 'elicitation/required-error-list',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST',
    text: 'List in that error the elicitations that are required.',
    test: {
      file: 'test/e2e/client-requests.wire.e2e-spec.ts',
      name: 'lists the elicitations that a call needs in the error of the call',
    },
  },
  {
    id: 'elicitation/required-error-url',
    revision: '2025-11-25',
    page: 'client/elicitation',
    level: 'MUST',
    text: 'List URL elicitations with their ids only.',
    test: {
      file: 'test/e2e/client-requests.wire.e2e-spec.ts',
      name: 'lists the elicitations that a call needs in the error of the call',
    },
  },
];

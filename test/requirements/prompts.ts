import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/server/prompts */
export const PROMPTS: readonly Requirement[] = [
  {
    id: 'prompts/capability',
    revision: '2025-11-25',
    page: 'server/prompts',
    level: 'MUST',
    text: 'Declare the prompts capability.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'negotiates a version, capabilities and instructions',
    },
  },
  {
    id: 'prompts/list-changed',
    revision: '2025-11-25',
    page: 'server/prompts',
    level: 'SHOULD',
    text: 'Tell clients when the list of prompts changes.',
    test: { file: 'test/e2e/notifications.sessions.e2e-spec.ts', name: 'include prompts' },
  },
  {
    id: 'prompts/image',
    revision: '2025-11-25',
    page: 'server/prompts',
    level: 'MUST',
    text: 'Send images in base64 with their MIME type.',
    notApplicable: "What a handler says and does is the application's; the library passes it on.",
  },
  {
    id: 'prompts/audio',
    revision: '2025-11-25',
    page: 'server/prompts',
    level: 'MUST',
    text: 'Send audio in base64 with its MIME type.',
    notApplicable: "What a handler says and does is the application's; the library passes it on.",
  },
  {
    id: 'prompts/embedded',
    revision: '2025-11-25',
    page: 'server/prompts',
    level: 'MUST',
    text: 'Embed resources with their URI, MIME type and content.',
    notApplicable: "What a handler says and does is the application's; the library passes it on.",
  },
  {
    id: 'prompts/errors',
    revision: '2025-11-25',
    page: 'server/prompts',
    level: 'SHOULD',
    text: 'Answer the standard codes for wrong names, missing arguments and internal errors.',
    test: { file: 'test/pins/wire-codes.spec.ts', name: 'of answers on the stream are those of the table' },
  },
  {
    id: 'prompts/validate',
    revision: '2025-11-25',
    page: 'server/prompts',
    level: 'SHOULD',
    text: 'Check the arguments of a prompt before use.',
    test: {
      file: 'test/e2e/protocol.resources.e2e-spec.ts',
      name: 'lists and gets prompts, and completes arguments',
    },
  },
  {
    id: 'prompts/negotiated',
    revision: '2025-11-25',
    page: 'server/prompts',
    level: 'SHOULD',
    text: 'Respect what was negotiated.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'negotiates a version, capabilities and instructions',
    },
  },
  {
    id: 'prompts/injection',
    revision: '2025-11-25',
    page: 'server/prompts',
    level: 'MUST',
    text: 'Check what goes into prompts and comes out of them.',
    test: {
      file: 'test/e2e/explorer.contents.e2e-spec.ts',
      name: 'is refused if it returns an invalid %s',
    },
  },
];

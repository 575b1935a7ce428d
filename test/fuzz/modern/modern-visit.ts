import fc from 'fast-check';
import { json, mangling } from '../json.js';
import { rpc } from '../messages.js';
import { modernPosts, type ModernPost } from './modern-post.js';

const MAX_STEPS = 40;

/** How a client goes on with a call that asked it something. */
export interface Retry {
  /** The answers by their keys; a function makes them of the questions. */
  readonly responses: 'right' | 'none' | { readonly json: unknown };
  readonly state: 'same' | 'none' | 'previous' | 'long' | ((state: string) => string);
  /** Takes other arguments than the call had. */
  readonly changesCall: boolean;
}

export type ModernStep =
  | { readonly does: 'post'; readonly post: ModernPost; readonly pauseMs: number; readonly abortMs?: number }
  /** Over the same connections. */
  | { readonly does: 'legacy'; readonly text: string }
  | { readonly does: 'disturb'; readonly how: number };

/** All that one client sends, without exact timing. */
export interface ModernVisit {
  readonly owner: string;
  readonly steps: readonly ModernStep[];
  /** What it does with questions, in turn. */
  readonly retries: readonly Retry[];
  /** See {@link Whims}. */
  readonly draws: Iterator<number>;
}

const RIGHT: Retry = { responses: 'right', state: 'same', changesCall: false };
const retry: fc.Arbitrary<Retry> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(RIGHT) },
  {
    weight: 2,
    arbitrary: fc.record<Retry>({
      responses: fc.oneof(
        fc.constantFrom('right' as const, 'none' as const),
        json.map((value) => ({ json: value })),
      ),
      state: fc.oneof(
        {
          weight: 2,
          arbitrary: fc.constantFrom('same' as const, 'none' as const, 'previous' as const, 'long' as const),
        },
        { weight: 1, arbitrary: mangling },
      ),
      changesCall: fc.boolean(),
    }),
  },
);

const LEGACY = [
  rpc('legacy', 'initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'fuzz', version: '1' },
  }),
  rpc('legacy', 'initialize'),
  rpc('legacy', 'ping'),
  rpc('legacy', 'tools/list'),
  rpc('legacy', 'server/discover'),
];

export function modernVisit(owner: string): fc.Arbitrary<ModernVisit> {
  const post = fc.record({
    does: fc.constant('post' as const),
    post: modernPosts(owner),
    pauseMs: fc.oneof(
      { weight: 7, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 5 }) },
    ),
    abortMs: fc.oneof({ weight: 95, arbitrary: fc.constant(undefined) }, { weight: 5, arbitrary: fc.nat(5) }),
  });
  const legacy = fc.record({ does: fc.constant('legacy' as const), text: fc.constantFrom(...LEGACY) });
  const disturb = fc.record({ does: fc.constant('disturb' as const), how: fc.nat(5) });
  const step = fc.oneof(
    { weight: 20, arbitrary: post },
    { weight: 1, arbitrary: legacy },
    { weight: 1, arbitrary: disturb },
  );
  return fc.record<ModernVisit>(
    {
      owner: fc.constant(owner),
      steps: fc.array<ModernStep>(step, { maxLength: MAX_STEPS, size: 'max' }),
      retries: fc.array(retry, { minLength: 1, maxLength: 6 }),
      draws: fc.noBias(fc.infiniteStream(fc.nat(), { noHistory: true })),
    },
    { noNullPrototype: true },
  );
}

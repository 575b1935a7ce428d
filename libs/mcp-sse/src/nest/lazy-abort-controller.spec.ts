import { describe, expect, it } from '@jest/globals';
import * as common from '@nestjs/common';
import { abortLazily } from './lazy-abort-controller.js';

function controller(): AbortController {
  const raw: { [common.SSE_ABORT_CONTROLLER]?: AbortController } = {};
  abortLazily({ raw });
  return raw[common.SSE_ABORT_CONTROLLER]!;
}

/** Nest has none before 11.2. */
const describeOnLaterNest = 'SSE_ABORT_CONTROLLER' in common ? describe : describe.skip;

describeOnLaterNest('the AbortController of a stream', () => {
  it('aborts its signal, which was asked for before', () => {
    const lazy = controller();
    const { signal } = lazy;
    expect(signal.aborted).toBe(false);
    lazy.abort();
    expect([signal.aborted, lazy.signal]).toEqual([true, signal]);
  });

  it('makes a signal that is aborted already when it is asked for later', () => {
    const lazy = controller();
    lazy.abort();
    expect(lazy.signal.aborted).toBe(true);
    expect(lazy.signal).toBe(lazy.signal);
  });
});

import { describe, expect, it } from '@jest/globals';
import { heapUsed } from '../../../../test/fixtures/heap-used.js';
import { GrowingBuffer } from './growing-buffer.js';

const MIB = 1024 * 1024;

describe('GrowingBuffer', () => {
  it('has what was added, in order, however it was cut', () => {
    const text = 'Grüße, 世界 👋'.repeat(100);
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 7, 1_000, bytes.length]) {
      const buffer = new GrowingBuffer();
      for (let start = 0; start < bytes.length; start += size)
        buffer.add(bytes.subarray(start, start + size));
      expect(buffer.length).toBe(bytes.length);
      expect(buffer.toString()).toBe(text);
    }
  });

  it('takes what its bytes take, and no more for many pieces', async () => {
    const buffer = new GrowingBuffer();
    const before = await heapUsed();
    for (let piece = 0; piece < 100_000; piece++) buffer.add(Buffer.from('x'));
    expect((await heapUsed()) - before).toBeLessThan(MIB);
    expect(buffer.length).toBe(100_000);
  });
});

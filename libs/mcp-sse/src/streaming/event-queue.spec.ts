import { describe, expect, it } from '@jest/globals';
import { EventQueue } from './event-queue.js';

describe('EventQueue', () => {
  it('gives events in order and counts their bytes, over many rounds', () => {
    const queue = new EventQueue();
    let pushed = 0;
    let shifted = 0;
    for (let round = 0; round < 50; round++) {
      for (let index = 0; index < 100; index++)
        queue.push({ id: String(pushed++), type: 'message', data: 'é' });
      for (let index = 0; index < 90; index++) expect(queue.shift()!.id).toBe(String(shifted++));
      expect(queue.length).toBe(pushed - shifted);
      expect(queue.bytes).toBe(2 * queue.length);
    }
    while (queue.length > 0) expect(queue.shift()!.id).toBe(String(shifted++));
    expect(queue.shift()).toBeUndefined();
    expect(queue.bytes).toBe(0);
  });
});

import { describe, expect, it } from '@jest/globals';
import { toZonedTime } from './to-zoned-time.js';

describe('toZonedTime', () => {
  it('shows a moment as a clock in the time zone does', () => {
    const { iso, timezone, local } = toZonedTime(new Date('2026-01-31T23:30:00Z'), 'Asia/Tokyo');
    expect(iso).toBe('2026-01-31T23:30:00.000Z');
    expect(timezone).toBe('Asia/Tokyo');
    expect(local).toMatch(/1 February 2026.*08:30:00/);
  });
});

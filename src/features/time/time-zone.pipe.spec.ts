import { BadRequestException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { TimeZonePipe } from './time-zone.pipe.js';

describe('TimeZonePipe', () => {
  it('accepts an IANA time zone', () => {
    expect(new TimeZonePipe().transform('Europe/Berlin')).toBe('Europe/Berlin');
  });

  it('refuses any other text, and repeats it in the error', () => {
    expect(() => new TimeZonePipe().transform('Mars/Base')).toThrow(BadRequestException);
    expect(() => new TimeZonePipe().transform('Mars/Base')).toThrow('"Mars/Base"');
  });
});

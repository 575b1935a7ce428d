import { BadRequestException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { TimeZonePipe } from './time-zone.pipe.js';

describe('TimeZonePipe', () => {
  it('lets an IANA time zone pass', () => {
    expect(new TimeZonePipe().transform('Europe/Berlin')).toBe('Europe/Berlin');
  });

  it('refuses another text and repeats it', () => {
    expect(() => new TimeZonePipe().transform('Mars/Base')).toThrow(BadRequestException);
    expect(() => new TimeZonePipe().transform('Mars/Base')).toThrow('"Mars/Base"');
  });
});

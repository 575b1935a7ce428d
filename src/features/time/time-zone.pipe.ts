import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';
import { isTimeZone } from 'class-validator';

/** Accepts IANA time zones. */
@Injectable()
export class TimeZonePipe implements PipeTransform<string, string> {
  transform(value: string): string {
    if (isTimeZone(value)) return value;
    throw new BadRequestException(`"${value}" is not an IANA time zone such as Europe/Berlin`);
  }
}

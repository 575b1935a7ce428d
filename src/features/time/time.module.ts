import { Module } from '@nestjs/common';
import { TimeService } from './time.service.js';

@Module({ providers: [TimeService] })
export class TimeModule {}

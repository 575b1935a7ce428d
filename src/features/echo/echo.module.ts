import { Module } from '@nestjs/common';
import { EchoService } from './echo.service.js';

@Module({ providers: [EchoService] })
export class EchoModule {}

import { Module } from '@nestjs/common';
import { StreamDataService } from './stream-data.service.js';

@Module({ providers: [StreamDataService] })
export class StreamDataModule {}

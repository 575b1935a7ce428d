import { Module } from '@nestjs/common';
import { ChannelsService } from './channels.service.js';
import { DocumentsService } from './documents.service.js';
import { DocumentsStore } from './documents.store.js';
import { UpdatesBus } from './updates.bus.js';
import { UpdatesService } from './updates.service.js';

@Module({ providers: [ChannelsService, DocumentsService, DocumentsStore, UpdatesBus, UpdatesService] })
export class CollaborationModule {}

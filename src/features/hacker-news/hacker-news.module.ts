import { Module } from '@nestjs/common';
import { HackerNewsClient } from './hacker-news.client.js';
import { HackerNewsService } from './hacker-news.service.js';

@Module({ providers: [HackerNewsService, HackerNewsClient] })
export class HackerNewsModule {}

import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { McpStdioLogger, serveStdio } from 'nestjs-mcp-sse';
import { AppModule } from './app.module.js';

/** The same server for a client that starts it as a process of its own. */
const app = await NestFactory.createApplicationContext(AppModule, { logger: new McpStdioLogger() });
await serveStdio(app);
await app.close();

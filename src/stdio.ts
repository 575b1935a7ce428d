import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { McpStdioLogger, serveStdio } from 'nestjs-mcp-sse';
import { AppModule } from './app.module.js';
import { EDITOR } from './common/roles.js';

/** The same server for a client that starts it as a process of its own. */
const app = await NestFactory.createApplicationContext(AppModule, { logger: new McpStdioLogger() });
// Who starts the process may do everything in it.
await serveStdio(app, { user: { sub: 'stdio', roles: [EDITOR] } });
await app.close();

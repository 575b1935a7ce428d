import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { McpStdioLogger, serveStdio } from 'nestjs-mcp-sse';
import { AppModule } from './app.module.js';
import { EDITOR } from './common/roles.js';

/** The same server over stdio, for a client that starts it as a child process. */
const app = await NestFactory.createApplicationContext(AppModule, { logger: new McpStdioLogger() });
// Whoever starts the process may do everything.
await serveStdio(app, { user: { sub: 'stdio', roles: [EDITOR] } });
await app.close();

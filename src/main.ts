import 'reflect-metadata';
import type { Server } from 'node:http';
import { Logger } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { McpConfigurationError } from 'nestjs-mcp-sse';
import { AppModule } from './app.module.js';
import { corsOptions } from './config/cors.options.js';
import { EnvironmentError } from './config/environment.error.js';
import { httpAdapter } from './config/http-adapter.js';
import { validateEnvironment } from './config/validate-environment.js';
import { startUpReport } from './start-up-report.js';

async function bootstrap(): Promise<void> {
  // The adapter has to be known before there is an app to ask: ConfigModule has put .env into process.env.
  await ConfigModule.envVariablesLoaded;
  const environment = validateEnvironment(process.env);

  const app = await NestFactory.create(AppModule, httpAdapter(environment), {
    cors: corsOptions(environment),
    // Until the app listens, only the handler below decides what of an error is printed.
    abortOnError: false,
    autoFlushLogs: false,
    bufferLogs: true,
  });
  app.enableShutdownHooks();

  // A proxy reuses idle connections, often for 60 s. Were they closed here first, it would lose the POSTs
  // that it sends at that moment.
  const server = app.getHttpServer() as Server;
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 80_000;

  await app.listen(environment.PORT, environment.HOST);
  Logger.flush();
  const logger = new Logger('Bootstrap');
  for (const line of startUpReport(app, environment, await app.getUrl())) logger.log(line);
}

bootstrap().catch((error: unknown) => {
  if (error instanceof EnvironmentError || error instanceof McpConfigurationError) {
    console.error(error.message);
  } else {
    Logger.flush();
    console.error(error);
  }
  process.exit(1);
});

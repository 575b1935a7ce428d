import 'reflect-metadata';
import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { McpConfigurationError } from 'nestjs-mcp-sse';
import { AppModule } from './app.module.js';
import { corsOptions } from './config/cors.options.js';
import { EnvironmentError, validateEnvironment } from './config/validate-environment.js';
import { httpAdapter } from './config/http-adapter.js';
import { startUpReport } from './start-up-report.js';

async function bootstrap(): Promise<void> {
  // The adapter must be chosen before the app exists. ConfigModule has loaded .env into process.env by then.
  await ConfigModule.envVariablesLoaded;
  const environment = validateEnvironment(process.env);

  const app = await NestFactory.create(AppModule, httpAdapter(environment), {
    cors: corsOptions(environment),
    // The handler at the end prints the error that stops the boot, and nothing else.
    abortOnError: false,
    autoFlushLogs: false,
    bufferLogs: true,
  });
  // Exits with code 0 after an orderly shutdown.
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.init();
  await app.listen(environment.PORT, environment.HOST).catch(({ message }: Error) => {
    throw new EnvironmentError([`HOST and PORT must be an address of this machine that is free: ${message}`]);
  });

  Logger.flush();
  const logger = new Logger('Bootstrap');
  for (const line of startUpReport(app, environment, await app.getUrl())) logger.log(line);
}

bootstrap().catch((error: unknown) => {
  const isConfiguration = error instanceof EnvironmentError || error instanceof McpConfigurationError;
  process.stderr.write(`${isConfiguration ? error.message : inspect(error)}\n`);
  process.exit(1);
});

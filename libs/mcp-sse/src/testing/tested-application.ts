import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplication, INestApplicationContext, Type } from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { type LocalServer, localServers } from '../transports/stdio/local-server.js';

const OPTIONS = { logger: ['error', 'fatal'] as ('error' | 'fatal')[], abortOnError: false };

/** An application, or what one is made of. */
export type McpTestSource = Type | DynamicModule | INestApplicationContext;

/**
 * Makes an application that serves HTTP of a module, or takes the one that it gets.
 *
 * @throws {TypeError} for a context without HTTP, such as a `TestingModule`
 */
export async function servedApplication(
  source: Type | DynamicModule | INestApplication,
): Promise<INestApplication> {
  if (!isContext(source)) return NestFactory.create(source, OPTIONS);
  if ('getHttpServer' in source) return source;
  throw new TypeError(
    'McpTestClient.start() needs an application. Pass module.createNestApplication(), or use McpTestClient.inMemory().',
  );
}

/** Where an application listens, on a free loopback port unless it listens already. */
export async function urlOf(app: INestApplication): Promise<string> {
  const server = app.getHttpServer() as Server;
  if (!server.address()) await app.listen(0, '127.0.0.1');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/**
 * Initializes an application without a port.
 *
 * @throws {TypeError} for a `TestingModule` whose providers belong to another application
 * @returns whether that was still to be done, so that the caller has to close it
 */
export async function initialized(
  source: McpTestSource,
): Promise<{ readonly app: INestApplicationContext; readonly isOurs: boolean }> {
  if (!isContext(source))
    return { app: await NestFactory.createApplicationContext(source, OPTIONS), isOurs: true };
  // Protected in Nest's types, and the same from 11.1 to 12.5.
  const { isInitialized } = source as unknown as { readonly isInitialized: boolean };
  if (isInitialized) return { app: source, isOurs: false };
  if (!('getHttpServer' in source) && source.get(HttpAdapterHost).httpAdapter)
    throw new TypeError('An application was created from this testing module. Pass the application instead.');
  try {
    await source.init();
  } catch (error) {
    await stop(source);
    throw error;
  }
  return { app: source, isOurs: true };
}

/**
 * The MCP server of an application.
 *
 * @throws {TypeError} when there is none with that name, or several to choose from
 */
export function serverOf(app: INestApplicationContext, name: string | undefined): LocalServer {
  const servers = localServers(app);
  const names = servers.map(({ options }) => `"${options.name}"`).join(', ');
  if (servers.length === 0) throw new TypeError('The application does not import McpSseModule.');
  const found = servers.filter(({ options }) => name === undefined || options.name === name);
  if (found.length === 1) return found[0]!;
  if (name !== undefined && found.length === 0)
    throw new TypeError(`The application has no server "${name}", but ${names}.`);
  throw new TypeError(`The application has several servers: ${names}. Name one by the option "server".`);
}

/** Closes connections first: fetch keeps them open for seconds, and a closing server waits for them. */
export async function stop(app: INestApplicationContext): Promise<void> {
  if ('getHttpServer' in app) (app as INestApplication).getHttpServer().closeAllConnections?.();
  await app.close();
}

function isContext(source: McpTestSource): source is INestApplicationContext {
  return typeof source === 'object' && 'init' in source && 'resolve' in source;
}

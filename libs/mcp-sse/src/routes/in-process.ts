import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders, type Server } from 'node:http';
import type { Readable } from 'node:stream';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { inject as lightMyRequest } from 'light-my-request';
import { serverClass } from '../http/server-classes.js';

/** A request that the application gets without a socket. */
export interface InProcessRequest {
  /** In capitals. */
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  /** JSON. */
  readonly body?: string;
  /** Of the client behind the call; undefined if nobody knows it. */
  readonly remoteAddress?: string;
  /** Whether the client's connection is encrypted. */
  readonly isEncrypted: boolean;
}

export interface InProcessResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  /** To be read or destroyed. */
  readonly body: Readable;
}

type Dispatch = (request: IncomingMessage, response: ServerResponse) => void;

/** Sends requests to an application within its process, through all of its middleware. */
export class InProcessClient {
  private constructor(
    private readonly inject: typeof lightMyRequest,
    private readonly dispatch: Dispatch,
  ) {}

  static async of(adapter: AbstractHttpAdapter): Promise<InProcessClient> {
    // CommonJS, whose named exports not every loader finds.
    const { default: inject } = await import('light-my-request');
    return new InProcessClient(inject, dispatchOf(adapter));
  }

  /**
   * @param prepare called with the request before the application gets it
   * @param signal aborts the request, as a client does that disconnects
   */
  async send(
    { method, url, headers, body, remoteAddress, isEncrypted }: InProcessRequest,
    signal: AbortSignal,
    prepare: (request: IncomingMessage) => void,
  ): Promise<InProcessResponse> {
    signal.throwIfAborted();
    let disconnect = (): void => undefined;
    const dispatch: Dispatch = (request, response) => {
      keepMethods(request);
      keepMethods(response);
      // The package takes an unknown address for a local one, which some guards trust.
      Object.assign(request.socket, { encrypted: isEncrypted, remoteAddress });
      // The package warns of each use of the name.
      Object.defineProperty(request, 'connection', { value: request.socket });
      disconnect = disconnecting(request, response);
      signal.addEventListener('abort', disconnect, { once: true });
      response.once('close', () => signal.removeEventListener('abort', disconnect));
      prepare(request);
      this.dispatch(request, response);
    };
    const response = await this.inject(dispatch, {
      method: method as 'GET',
      url,
      headers,
      payload: body,
      payloadAsStream: true,
      validate: false,
    });
    // Whoever does not read to the end goes away.
    const answer = response.stream().once('close', () => disconnect());
    return { status: response.statusCode, headers: response.headers, body: answer };
  }
}

function dispatchOf(adapter: AbstractHttpAdapter): Dispatch {
  switch (adapter.getType()) {
    case 'express':
      return adapter.getInstance<Dispatch>();
    case 'fastify':
      return adapter.getInstance<{ routing: Dispatch }>().routing;
    default:
      return (request, response) => {
        const server = adapter.getHttpServer() as Server;
        Object.setPrototypeOf(request, serverClass(server, IncomingMessage).prototype as object);
        Object.setPrototypeOf(response, serverClass(server, ServerResponse).prototype as object);
        server.emit('request', request, response);
      };
  }
}

/** Adapters give requests and responses other prototypes, which would take these methods away. */
function keepMethods(target: object): void {
  const own = target as Record<string, unknown>;
  const prototype = Object.getPrototypeOf(target) as Record<string, unknown>;
  for (const name of Object.keys(prototype)) own[name] = prototype[name];
}

/** Tells the application that the client went away, as a socket does, unless it has answered by then. */
function disconnecting(request: IncomingMessage, response: ServerResponse): () => void {
  // A response that is written to after it was destroyed must not end the process.
  response.on('error', () => undefined);
  return () => {
    if (response.destroyed) return;
    request.aborted = true;
    request.emit('aborted');
    request.emit('close');
    response.destroy();
  };
}

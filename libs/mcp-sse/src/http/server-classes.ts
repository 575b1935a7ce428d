import type { Server } from 'node:http';

/** The classes that a server creates its requests and responses with. */
export type ServerClasses = Record<symbol, unknown>;

/**
 * The key of one of a server's classes. Node (20 to 26) keeps them under symbols with the descriptions `IncomingMessage` and
 * `ServerResponse`.
 *
 * @param type the class of Node that the server has by default
 */
export function classKey(server: Server, type: { readonly name: string }): symbol | undefined {
  return Object.getOwnPropertySymbols(server).find(({ description }) => description === type.name);
}

/** The class that a server creates its requests or responses with. */
export function serverClass<T extends Function>(server: Server, type: T): T {
  const key = classKey(server, type);
  return key ? ((server as unknown as ServerClasses)[key] as T) : type;
}

import { IncomingMessage, ServerResponse, type Server } from 'node:http';
import type { ExpressApplication } from './express.adapter.js';

/** What Node's server keeps its options `IncomingMessage` and `ServerResponse` under. */
type Classes = Record<symbol, unknown>;

/**
 * Has a server make its requests and responses with the prototypes that Express gives to each of them else. To change
 * the prototype of an object costs V8 (11.3, of Node 20) all that it knows of its shape, for as long as it lives: each
 * request that Express serves has a shape of its own, and is slow for all who touch it.
 *
 * It does what the options of `createServer()` of the same names do, which Nest has no way to pass on. A server that
 * has got classes of its own keeps them, those of an earlier call too, as does one of an unknown make.
 *
 * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
 */
export function makeAsExpressDoes(server: Server | undefined, application: ExpressApplication): void {
  if (!server) return;
  class ExpressRequest extends IncomingMessage {}
  class ExpressResponse extends ServerResponse {}

  const classes = server as unknown as Classes;
  const ofRequests = keyOf(server, IncomingMessage);
  const ofResponses = keyOf(server, ServerResponse);
  if (!ofRequests || !ofResponses) return;

  application.request = Object.setPrototypeOf(ExpressRequest.prototype, application.request);
  application.response = Object.setPrototypeOf(ExpressResponse.prototype, application.response);
  classes[ofRequests] = ExpressRequest;
  classes[ofResponses] = ExpressResponse;
}

function keyOf(server: Server, type: { readonly name: string }): symbol | undefined {
  return Object.getOwnPropertySymbols(server).find(
    (symbol) => symbol.description === type.name && (server as unknown as Classes)[symbol] === type,
  );
}

/**
 * Requests and responses that have the prototypes of Express from the start.
 *
 * Read in @nestjs/platform-express 11.2.10 and 12.5.1, Express 5 and Node 20 to 26: Nest creates the server without options,
 * Express sets the prototypes of each request and response from `application.request` and `application.response`, and
 * Node keeps the classes that a server creates under symbols with the descriptions `IncomingMessage` and
 * `ServerResponse`.
 *
 * If Node moves the symbols, nothing breaks, but a call on Express costs more: three to four times the CPU on Node 20 and 22, a
 * sixth more on Node 24 and 26. `test/e2e/express-requests.e2e-spec.ts` fails then. See docs/decisions/0015.
 */
import { IncomingMessage, ServerResponse, type Server } from 'node:http';
import { classKey, type ServerClasses } from '../http/server-classes.js';

/** The parts of Express's application that hold the prototypes of what it handles. */
export interface ExpressPrototypes {
  request: object;
  response: object;
}

/**
 * Makes a server create its requests and responses with Express's prototypes. Express would change the prototype of
 * each one instead, after which V8 up to 12.4 (Node 20 and 22) gives it a shape that no other object has, and all code that
 * touches it is slow. Later versions keep the shape; the change itself still costs a sixth of a call.
 *
 * It does what the options of `createServer()` of the same names do, which Nest cannot pass on. A server that already has
 * other classes keeps them, and so does a server that is not Node's.
 *
 * @see https://nodejs.org/api/http.html#httpcreateserveroptions-requestlistener
 */
export function useExpressPrototypes(server: Server | undefined, application: ExpressPrototypes): void {
  if (!server) return;
  class ExpressRequest extends IncomingMessage {}
  class ExpressResponse extends ServerResponse {}

  const classes = server as unknown as ServerClasses;
  const ofRequests = keyOf(server, IncomingMessage);
  const ofResponses = keyOf(server, ServerResponse);
  if (!ofRequests || !ofResponses) return;

  application.request = Object.setPrototypeOf(ExpressRequest.prototype, application.request);
  application.response = Object.setPrototypeOf(ExpressResponse.prototype, application.response);
  classes[ofRequests] = ExpressRequest;
  classes[ofResponses] = ExpressResponse;
}

/** The key of a class that the server has by default, unless it has another. */
function keyOf(server: Server, type: { readonly name: string }): symbol | undefined {
  const key = classKey(server, type);
  return key && (server as unknown as ServerClasses)[key] === type ? key : undefined;
}

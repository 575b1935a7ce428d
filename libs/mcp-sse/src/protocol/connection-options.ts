import type { FormCheck } from '../model/client-requests.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { ServerIntroduction } from './request-methods.js';

/** What a server decides about each of its connections. */
export interface ConnectionOptions extends ServerIntroduction {
  readonly maxInFlight: number;
  readonly maxSubscriptions: number;
  /** Milliseconds that the client has to answer a request of the server. */
  readonly clientRequestMs: number;
  /** Most members of objects and elements of arrays in an answer of the client, in all. */
  readonly maxAnswerMembers: number;
  readonly checkForm: FormCheck;
  readonly observer: TrafficObserver;
}

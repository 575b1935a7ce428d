import type { Implementation } from '@modelcontextprotocol/sdk/types.js';
import type { FormCheck } from '../model/form-check.js';
import type { TrafficObserver } from '../model/traffic-observer.js';

export interface ConnectionOptions {
  readonly serverInfo: Implementation;
  readonly instructions?: string;
  readonly maxInFlight: number;
  readonly maxSubscriptions: number;
  /** How long the client has to answer a request of the server, in milliseconds. */
  readonly clientRequestMs: number;
  /** Members of objects and elements of arrays in what the client answers. */
  readonly maxAnswerMembers: number;
  readonly checkForm: FormCheck;
  readonly observer: TrafficObserver;
}

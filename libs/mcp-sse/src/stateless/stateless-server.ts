import type { FormCheck } from '../model/client-requests.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import type { Invoker } from '../model/invoker.js';
import type { McpTransportName } from '../model/session-view.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { RequestPreparer } from '../protocol/execution.js';
import type { InputSettings } from '../protocol/input/input-rounds.js';
import type { ResultWriter } from '../protocol/result-writer.js';
import type { ServerTasks } from '../protocol/server-tasks.js';
import type { ListenStreams } from './listen-streams.js';
import type { StatelessRequest } from './stateless-request.js';

/** Sends the messages that answer one request: over HTTP in the response to its POST, over stdio as lines. */
export interface Responder {
  readonly transport: McpTransportName;
  /** Sends a notification that belongs to the request. */
  notify(json: string): void;
  /**
   * Sends the answer.
   *
   * @param errorCode the JSON-RPC code if it is an error
   * @returns whether that may take a while: the request is cancelled once it is sent, or its client is gone
   */
  answer(json: string, errorCode?: number): boolean;
  /** Whether the client reads more slowly than it is sent to. */
  readonly isBehind: boolean;
  /** Keeps the connection open while the answer takes its time. */
  keepAlive(): void;
  /** Lets the connection end with the answer, since a server that stops waits for it. */
  endConnection(): void;
  /** Ends the connection without an answer. */
  destroy(): void;
}

/** What the requests without a session share. */
export interface StatelessServer {
  readonly observer: TrafficObserver;
  readonly errors: ErrorReporter;
  readonly checkForm: FormCheck;
  readonly methods: RequestPreparer;
  readonly results: ResultWriter;
  /** Name of the server. */
  readonly name: string;
  readonly invoker: Invoker;
  readonly tasks?: ServerTasks | undefined;
  readonly listens: ListenStreams;
  /** Most resources that one stream listens to. */
  readonly maxSubscriptions: number;
  /** How handlers ask. A promise until the nodes of a cluster have agreed on a key. */
  readonly input: InputSettings | Promise<InputSettings>;
  ended(request: StatelessRequest): void;
  /** The answer of a request that has ended is on its way. */
  sending(request: StatelessRequest): void;
  /** That answer was sent, or its client is gone. */
  sent(request: StatelessRequest): void;
}

/** Limits of what clients may send, keep in flight and be sent. */
export interface McpLimitsOptions {
  /** Sessions at a time, 10000 by default, and as many streams of `subscriptions/listen`. Further clients get 503. */
  maxSessions?: number;
  /**
   * Sessions of one principal at a time, 1000 by default, and as many streams of `subscriptions/listen`. The anonymous
   * principal is exempt.
   */
  maxSessionsPerPrincipal?: number;
  /**
   * Estimated bytes of memory that all clients take: events that wait for them or are kept for reconnects, calls in
   * flight, and bodies that arrive. A quarter of V8's heap limit by default. Above that, sessions of the principals
   * that hold the most first drop their kept events, then end.
   */
  maxBytes?: number;
  /** Bytes of one message, 4 MiB by default. */
  maxMessageBytes?: number;
  /**
   * Milliseconds that the body of a POST may take to arrive, 30000 by default; slower requests get 408. If a request
   * was answered before its body arrived, the connection is closed after that time.
   */
  bodyMs?: number;
  /**
   * Nesting depth of objects and arrays in any message, by default 32 more than `maxArgumentDepth`. Deeper messages
   * get 400.
   */
  maxMessageDepth?: number;
  /** Nesting depth of objects and arrays in the arguments of a call, 32 by default. */
  maxArgumentDepth?: number;
  /**
   * Object members and array elements in the arguments of a call, at all levels together, 20000 by default. Also limits
   * the client's answer to a handler's request.
   */
  maxArgumentMembers?: number;
  /** Characters of a string in the arguments of a call, 1048576 by default. */
  maxStringLength?: number;
  /**
   * Bytes of a tool's result as JSON in UTF-8, with base64 as it is; 524288 by default. A larger result is an error that
   * tells the model how to ask for less, unless `onTooLarge` of the tool says otherwise. `maxBytes` of the tool
   * overrides it.
   */
  maxResultBytes?: number;
  /**
   * Bytes of the contents of a resource, the messages of a prompt, or a result that is kept, as JSON; 6 MiB by default,
   * so that a file of 4 MiB fits in base64. The request fails if there are more.
   */
  maxReadBytes?: number;
  /** Requests in flight per session, 256 by default. Further requests get 429. */
  maxInFlight?: number;
  /**
   * Requests without a session in flight per principal, 1000 by default. Further requests get 429. The anonymous
   * principal is exempt.
   */
  maxInFlightPerPrincipal?: number;
  /** Resource subscriptions per session, or per stream of `subscriptions/listen`, 1000 by default. */
  maxSubscriptions?: number;
  /** Tools, resources or prompts on one page of a list, 1000 by default. */
  pageSize?: number;
  /**
   * Milliseconds that a client with a session has to answer a request of the server, 300000 by default, since it may
   * ask its user. Without a session, `input.ttlMs` applies.
   */
  clientRequestMs?: number;
  /**
   * Milliseconds after which a handler is aborted and its request gets an error. `false`, the default, sets no limit.
   * The decorators' `timeoutMs` overrides it.
   */
  handlerMs?: number | false;
  /** Milliseconds that a session may live before its first message, 30000 by default. */
  initMs?: number;
  /** Milliseconds that a session with an open stream may live after its last message. `false`, the default: no limit. */
  idleMs?: number | false;
}

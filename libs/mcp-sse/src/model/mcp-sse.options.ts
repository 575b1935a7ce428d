import type { CanActivate, Type } from '@nestjs/common';
import type { Icon } from '@modelcontextprotocol/sdk/types.js';
import type { McpAuthenticationLimit } from './mcp-authentication-limit.js';
import type { McpPolicy } from './mcp-policy.js';
import type { McpApiKeyOptions } from './mcp-api-key.options.js';
import type { McpIntrospectionOptions } from './mcp-introspection.options.js';
import type { McpJwtOptions } from './mcp-jwt.options.js';
import type { McpOAuthOptions } from './mcp-oauth.options.js';
import type { McpCluster } from './cluster/mcp-cluster.js';
import type { McpPrincipal } from './principal.js';

/** Options of `McpSseModule.forRoot()`. The defaults are in `mcp-sse.defaults.ts`. */
export interface McpSseModuleOptions {
  /**
   * Name of the server as clients see it. It also tells several servers in one application apart (several `forRoot`
   * calls, each with its own paths): see the `server` option of the decorators.
   */
  name: string;
  /** Version of the server as clients see it. */
  version: string;
  /** A name of the server for people. */
  title?: string;
  websiteUrl?: string;
  icons?: Icon[];
  /** Instructions for the model on how to use the server, sent in the answer to `initialize`. */
  instructions?: string;

  /** The modules whose providers the server offers, by default all. */
  modules?: Type[];

  /** The HTTP+SSE transport. */
  sse?: {
    /** Route of the stream, `sse` by default. May have parameters: `:tenant/sse`. */
    path?: string;
    /** Route that messages are posted to, `messages` by default. `path` must have its parameters too. */
    messagesPath?: string;
    /**
     * Names of parameters of the stream's query that are part of the endpoint too, so that guards find them on each POST:
     * `['workspace']` has `/sse?workspace=42` post to `/messages?sessionId=…&workspace=42`. None by default. A POST
     * with other values than the stream's is answered as one to an unknown session. Names of credentials are refused.
     */
    endpointQuery?: string[];
    /** Milliseconds between comments that keep an idle stream open, 15000 by default; `false` sends none. */
    heartbeatMs?: number | false;
    /** Milliseconds that a session outlives its stream, 60000 by default. */
    graceMs?: number;
    /**
     * Bytes that may wait for a client that does not read, 4 MiB by default. If there are more, the client is
     * disconnected. It can reconnect for what waits.
     */
    maxQueuedBytes?: number;
  };

  /** The Streamable HTTP transport, which serves HTTP+SSE clients on the same URL; `false` turns it off. */
  http?:
    | false
    | {
        /** Route of the transport, `mcp` by default. May have parameters: `:tenant/mcp`. */
        path?: string;
        /** Milliseconds that an answer may take to be sent as JSON instead of as a stream, 500 by default. */
        upgradeMs?: number;
        /** Milliseconds after which clients reconnect a stream that was lost or closed, 1000 by default. */
        retryMs?: number;
        /** Keeps no sessions: each POST is independent, and there is no GET. `false` by default. */
        stateless?: boolean;
        /** Milliseconds that a session lives without an open stream or a POST, 30 minutes by default. */
        graceMs?: number;
      };

  /**
   * Limits on the events that a session keeps for clients that reconnect with `Last-Event-ID`: those that wait, and
   * those that were sent last. A session that had to drop events that wait ends, and its client gets a new one.
   */
  replay?: {
    /** Number of events, 10000 by default. */
    maxEvents?: number;
    /** Characters of the events' JSON, 8 MiB by default. */
    maxBytes?: number;
  };

  /**
   * How the server shuts down when a signal stops the application. Call `app.enableShutdownHooks()` before it listens.
   * SIGINT and `app.close()` stop it at once.
   */
  drain?: {
    /**
     * Milliseconds to serve as before while the node reports that it is not ready, so that load balancers notice. 5000
     * by default if NODE_ENV is `production`, else 0.
     */
    propagationMs?: number;
    /** Milliseconds that running calls then have to finish, 15000 by default. */
    deadlineMs?: number;
  };

  /**
   * The store that several nodes share, such as `redisCluster({ url })` of `nestjs-mcp-sse/redis`. With it any node
   * serves any client, and a session survives its node. By default sessions live in this process only.
   */
  cluster?: McpCluster;

  /**
   * The parts of the request that opened a session's stream, and of its user, that a cluster stores in plain text. A
   * handler gets them if it runs after the session's node died and before the client has posted again. Never name a
   * header or member that carries a credential.
   */
  stored?: {
    /**
     * Names of headers to store besides `accept`, `accept-language`, `mcp-protocol-version`, `traceparent`,
     * `tracestate`, `user-agent` and `x-request-id`. None by default.
     */
    headers?: string[];
    /** Names of parameters of the stream's query to store besides those of `sse.endpointQuery`. None by default. */
    query?: string[];
    /** Members of `request.user` to store besides those that the principal is read from. None by default. */
    claims?: string[];
  };

  /**
   * URL at which clients reach the application's root, such as `https://example.com/api`. Needed behind a proxy that
   * adds or strips a prefix and does not send `X-Forwarded-Prefix`.
   */
  publicUrl?: string;
  /**
   * Addresses or CIDR ranges of proxies whose `X-Forwarded-Prefix`, `X-Forwarded-Proto` and, for
   * `authenticationLimit`, `X-Forwarded-For` are trusted. None by default.
   */
  trustedProxies?: string[];
  /**
   * Accepted values of the Host header, with or without port: `mcp.example.com`, `localhost:3000`; `*` accepts all. By
   * default connections to a loopback address are served under loopback names only.
   */
  allowedHosts?: string[];
  /**
   * Accepted values of the Origin header besides the server's own, such as `https://chat.example.com` or
   * `http://localhost:6274`; `*` accepts all. By default, with authentication, pages of loopback names are served on a
   * loopback address too. If `allowedHosts` is not set, a list must name the server's own origin too.
   */
  allowedOrigins?: string[];

  /**
   * Who authenticates requests: `app` for the application's own guards, or one of the module's guards. Without `auth`
   * and `guards` the module serves loopback connections only, and none that came through a proxy.
   */
  auth?:
    | 'app'
    | { jwt: McpJwtOptions }
    | { introspection: McpIntrospectionOptions }
    | { apiKey: McpApiKeyOptions };
  /** Where clients get a token. By default they are told what is known from `auth.jwt`, if anything. */
  oauth?: McpOAuthOptions;
  /** Guards that run on the stream's GET and on each POST, in this order, after those of `auth`. */
  guards?: (Type<CanActivate> | CanActivate)[];
  /**
   * Limits failed authentications by `auth` and `guards`: a class or an instance of one, such as
   * `failureLimit({ limit: 20, ttl: 60_000 })` of `nestjs-mcp-sse/throttler`. No limit by default.
   */
  authenticationLimit?: Type<McpAuthenticationLimit> | McpAuthenticationLimit;
  /**
   * Makes the principal of a request that passed the guards. By default it is read from `request.user`: the
   * subject from `sub`, `id`, `userId` or `username`, the issuer from `iss`, the expiry from `exp`, `scope`, `scopes`
   * or `scp`, `roles` or `role`, and the tenant from `tenantClaim`.
   */
  principal?: (request: unknown) => McpPrincipal | Promise<McpPrincipal>;
  /**
   * Decides who may see and use a feature: a class, which any module may provide, or an instance. By default everyone
   * whom the guards let in may, if `@McpScopes()` and `@McpRoles()` allow it.
   */
  policy?: Type<McpPolicy> | McpPolicy;
  /** The member of `request.user`, or claim of a token, that names the tenant; `tenant` by default. */
  tenantClaim?: string;
  /** Returns values that the `McpContext` gets as members. Called for each POST, after the guards. */
  contextFactory?: (request: unknown) => object | Promise<object>;

  /**
   * Where the audit trail goes besides `McpAuditService.events$`: `log` writes each entry to Nest's log as a line of
   * JSON. The default is `log` if requests are authenticated, else `false`.
   */
  audit?: 'log' | false;

  limits?: {
    /** Sessions at a time, 10000 by default; more get 503. */
    maxSessions?: number;
    /** Sessions of one principal at a time, 1000 by default. The anonymous principal is exempt. */
    maxSessionsPerPrincipal?: number;
    /**
     * Estimated bytes of memory that all sessions take: events that wait for clients or are kept for reconnects, calls
     * in flight, and bodies that arrive. A quarter of V8's heap limit by default. If it is exceeded, the sessions of
     * the principals that hold the most drop the events that they keep, then end.
     */
    maxBytes?: number;
    /** Bytes of one message, 4 MiB by default. */
    maxMessageBytes?: number;
    /**
     * Milliseconds that the body of a POST may take to arrive, 30000 by default; a slower one gets 408. If the request
     * was answered without its body, the connection is closed after that time.
     */
    bodyMs?: number;
    /**
     * Levels of objects and arrays in a message of any method, by default 32 more than `maxArgumentDepth`; a deeper one
     * gets 400.
     */
    maxMessageDepth?: number;
    /** Levels of objects and arrays in the arguments of a call, 32 by default. */
    maxArgumentDepth?: number;
    /**
     * Members of objects and elements of arrays in the arguments of a call, at all levels together, 20000 by default.
     * Also applies to the client's answer to a request of a handler.
     */
    maxArgumentMembers?: number;
    /** Characters of a string in the arguments of a call, 1048576 by default. */
    maxStringLength?: number;
    /**
     * Bytes that are read of a stream, a file, a Blob or a Response that a handler returns, 4 MiB by default. More fail
     * the call.
     */
    maxResultBytes?: number;
    /** Requests of a session in flight, 256 by default; more get 429. */
    maxInFlight?: number;
    /** Resources that a session may be subscribed to at a time, 1000 by default. */
    maxSubscriptions?: number;
    /** Tools, resources or prompts on one page of a list, 1000 by default. */
    pageSize?: number;
    /**
     * Milliseconds that a client has to answer a request of the server, 300000 by default since it may ask a person.
     */
    clientRequestMs?: number;
    /**
     * Milliseconds that a handler may take before it is aborted and its request answered by an error; `false`, the
     * default, sets no limit. The decorators' `timeoutMs` overrides it.
     */
    handlerMs?: number | false;
    /** Milliseconds that a session may live before its first message, 30000 by default. */
    initMs?: number;
    /** Milliseconds that an attached session may live after its last message; `false`, the default, sets no limit. */
    idleMs?: number | false;
  };
}

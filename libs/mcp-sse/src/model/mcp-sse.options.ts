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

/** Options of `McpSseModule.forRoot()`. Where a default is named, it stands in `mcp-sse.defaults.ts`. */
export interface McpSseModuleOptions {
  /**
   * Name of the server as clients see it. With several servers in one application (several `forRoot` calls, each
   * with paths of its own) it tells them apart: see the `server` option of the decorators.
   */
  name: string;
  /** Version of the server as clients see it. */
  version: string;
  /** Name of the server for people. */
  title?: string;
  websiteUrl?: string;
  icons?: Icon[];
  /** What the model should know to use the server well; sent in the answer to `initialize`. */
  instructions?: string;

  /** The modules whose providers the server offers; every module unless given. */
  modules?: Type[];

  /** The HTTP+SSE transport. */
  sse?: {
    /** Route of the stream, `sse` by default. May have parameters: `:tenant/sse`. */
    path?: string;
    /** Route that messages are posted to, `messages` by default. Its parameters must occur in `path` too. */
    messagesPath?: string;
    /**
     * Names of parameters of the stream's query that are part of the endpoint too, so that guards find them on each POST:
     * `['workspace']` has `/sse?workspace=42` post to `/messages?sessionId=…&workspace=42`. None by default. A POST
     * with other values than the stream's is answered as one to an unknown session. Names of credentials are refused.
     */
    endpointQuery?: string[];
    /** Time between comments that keep an idle stream open, 15000 by default; `false` sends none. */
    heartbeatMs?: number | false;
    /** How long a session outlives its stream, 60000 by default. */
    graceMs?: number;
    /**
     * What may wait for a client that does not read, 4 MiB by default. Beyond it the client is disconnected; it can
     * come back for what waits.
     */
    maxQueuedBytes?: number;
  };

  /** The Streamable HTTP transport, which serves HTTP+SSE clients on the same URL; `false` turns it off. */
  http?:
    | false
    | {
        /** Route of the transport, `mcp` by default. May have parameters: `:tenant/mcp`. */
        path?: string;
        /** How long answers may take and still be sent as JSON instead of a stream, 500 by default. */
        upgradeMs?: number;
        /** When clients that lost a stream, or whose stream was closed, are to come back, 1000 by default. */
        retryMs?: number;
        /** Keeps no sessions: each POST stands for itself, and there is no GET. `false` by default. */
        stateless?: boolean;
        /** How long a session lives with no stream open and nothing posted, 30 minutes by default. */
        graceMs?: number;
      };

  /**
   * What a session keeps for a client that loses its connection and comes back with `Last-Event-ID`: events that
   * wait, and those that were sent last. A session of whose stream something had to be given up ends, and its
   * client gets a new one.
   */
  replay?: {
    /** 10000 by default. */
    maxEvents?: number;
    /** Counted in characters of the events' JSON, 8 MiB by default. */
    maxBytes?: number;
  };

  /**
   * How the server ends when a signal stops the application (`app.enableShutdownHooks()`, called before it
   * listens). SIGINT, which a person sends, and `app.close()` end it at once.
   */
  drain?: {
    /**
     * How long to serve as before after the node has said that it is not ready, so that those who send it requests
     * notice. 5000 by default where NODE_ENV is `production`, else 0.
     */
    propagationMs?: number;
    /** How long calls that run then have to finish, 15000 by default. */
    deadlineMs?: number;
  };

  /**
   * What several nodes share, so that a session survives its connection and its node, and any node serves its client:
   * `redisCluster({ url })` of `nestjs-mcp-sse/redis`. Without it, sessions are those of this process.
   */
  cluster?: McpCluster;

  /**
   * What a cluster stores of the request that opened a session's stream and of its user, in plain text, for handlers
   * that run after the session's node is gone and before its client has posted again. Never name what carries a
   * credential.
   */
  stored?: {
    /**
     * Names of headers, besides `accept`, `accept-language`, `mcp-protocol-version`, `traceparent`, `tracestate`,
     * `user-agent` and `x-request-id`. None by default.
     */
    headers?: string[];
    /** Names of parameters of the stream's query, besides those of `sse.endpointQuery`. None by default. */
    query?: string[];
    /** Members of `request.user`, besides those that the principal is read from. None by default. */
    claims?: string[];
  };

  /**
   * URL at which clients reach the application's root, such as `https://example.com/api`. Needed behind a
   * proxy that adds or strips a prefix without saying so in `X-Forwarded-Prefix`.
   */
  publicUrl?: string;
  /**
   * Addresses or CIDR ranges of proxies whose `X-Forwarded-Prefix`, `X-Forwarded-Proto` and, for
   * `authenticationLimit`, `X-Forwarded-For` are believed. None by default.
   */
  trustedProxies?: string[];
  /** Values of the Host header that are served, with or without port: `mcp.example.com`, `localhost:3000`; `*` is
   * every one. Without any, connections to a loopback address are served under loopback names only. */
  allowedHosts?: string[];
  /**
   * Values of the Origin header that are served besides the server's own, such as `https://chat.example.com` or
   * `http://localhost:6274`; `*` is every one. With authentication and without any, pages of loopback names are served on
   * a loopback address too. Where `allowedHosts` does not say which hosts are served, a list names the server's own
   * origin too.
   */
  allowedOrigins?: string[];

  /**
   * Who authenticates requests: `app` when the application's own guards do, or one of the module's guards.
   * Without `auth` and `guards` the module serves loopback connections only, and none that came through a proxy.
   */
  auth?:
    | 'app'
    | { jwt: McpJwtOptions }
    | { introspection: McpIntrospectionOptions }
    | { apiKey: McpApiKeyOptions };
  /** Where clients get a token; they are told nothing unless given or known from `auth.jwt`. */
  oauth?: McpOAuthOptions;
  /** Guards that run on the stream's GET and on each POST, in this order, after those that `auth` names. */
  guards?: (Type<CanActivate> | CanActivate)[];
  /**
   * Limits failed authentications by `auth` and `guards`: a class or an instance of one, such as
   * `failureLimit({ limit: 20, ttl: 60_000 })` of `nestjs-mcp-sse/throttler`. No limit by default.
   */
  authenticationLimit?: Type<McpAuthenticationLimit> | McpAuthenticationLimit;
  /**
   * The principal of a request that passed the guards. By default it is read from `request.user`: the
   * subject from `sub`, `id`, `userId` or `username`, the issuer from `iss`, the expiry from `exp`, `scope`, `scopes`
   * or `scp`, `roles` or `role`, and the tenant from `tenantClaim`.
   */
  principal?: (request: unknown) => McpPrincipal | Promise<McpPrincipal>;
  /**
   * Who may see and use what: a class, which may be provided by any module, or an instance of one. By default
   * everyone whom the guards let in, as far as `@McpScopes()` and `@McpRoles()` allow.
   */
  policy?: Type<McpPolicy> | McpPolicy;
  /** Member of `request.user`, so claim of a token, that names the tenant; `tenant` by default. */
  tenantClaim?: string;
  /** Values that every `McpContext` gets as members; called for each POST, after the guards. */
  contextFactory?: (request: unknown) => object | Promise<object>;

  /**
   * Where the audit trail goes besides `McpAuditService.events$`: `log` writes each entry to Nest's log as a line of
   * JSON. The default is `log` where requests are authenticated, else `false`.
   */
  audit?: 'log' | false;

  limits?: {
    /** Sessions at a time, 10000 by default; more get 503. */
    maxSessions?: number;
    /** Sessions of one principal at a time, 1000 by default. The anonymous principal is exempt. */
    maxSessionsPerPrincipal?: number;
    /**
     * Memory that sessions take together: what waits for clients, what is kept for those that come back, calls in
     * flight and bodies that arrive. Estimated in bytes; a quarter of V8's heap limit by default. Beyond it the sessions
     * of the principals that hold the most give up what they keep, then end.
     */
    maxBytes?: number;
    /** Size of one message, 4 MiB by default. */
    maxMessageBytes?: number;
    /**
     * How long the body of a POST may take to arrive, 30000 by default; a slower one gets 408. Also how long that of a
     * request may take which was answered without it; then its connection is closed.
     */
    bodyMs?: number;
    /**
     * Levels of objects and arrays in a whole message, of any method, 32 more than `maxArgumentDepth` by default, so
     * 64; a deeper one gets 400.
     */
    maxMessageDepth?: number;
    /** Levels of objects and arrays in the arguments of a call, 32 by default. */
    maxArgumentDepth?: number;
    /**
     * Members of objects and elements of arrays in the arguments of a call, at all levels together, 20000 by default.
     * Also of what a client answers to a question of a handler.
     */
    maxArgumentMembers?: number;
    /** Characters of a string in the arguments of a call, 1048576 by default. */
    maxStringLength?: number;
    /**
     * Size of what is read of a stream, a file, a Blob or a Response that a handler returns, 4 MiB by default. More is an
     * error of the call.
     */
    maxResultBytes?: number;
    /** Requests of a session without an answer, 256 by default; more get 429. */
    maxInFlight?: number;
    /** Resources that a session may be subscribed to at a time, 1000 by default. */
    maxSubscriptions?: number;
    /** Tools, resources or prompts on one page of a list, 1000 by default. */
    pageSize?: number;
    /** How long a client has to answer a request of the server, 300000 by default: people may be asked. */
    clientRequestMs?: number;
    /**
     * How long a handler may take before it is aborted and answered by an error; `false`, the default, is for ever.
     * The decorators' `timeoutMs` goes before it.
     */
    handlerMs?: number | false;
    /** How long a session may live without having received any message, 30000 by default. */
    initMs?: number;
    /** How long an attached session may live after its last message; `false`, the default, is for ever. */
    idleMs?: number | false;
  };
}

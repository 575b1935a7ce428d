import type { CanActivate, Type } from '@nestjs/common';
import type { Icon } from '@modelcontextprotocol/sdk/types.js';
import type { McpAuthenticationLimit } from './mcp-authentication-limit.js';
import type { McpPolicy } from './mcp-policy.js';
import type { McpApiKeyOptions } from './mcp-api-key.options.js';
import type { McpInputOptions } from './mcp-input.options.js';
import type { McpIntrospectionOptions } from './mcp-introspection.options.js';
import type { McpJwtOptions } from './mcp-jwt.options.js';
import type { McpLimitsOptions } from './mcp-limits.options.js';
import type { McpOAuthOptions } from './mcp-oauth.options.js';
import type { McpTasksOptions } from './mcp-tasks.options.js';
import type { McpToolSearchOptions } from './mcp-tool-search.options.js';
import type { McpCluster } from './cluster/mcp-cluster.js';
import type { McpPrincipal } from './principal.js';

/** Options of `McpSseModule.forRoot()`. The defaults are in `mcp-sse.defaults.ts`. */
export interface McpSseModuleOptions {
  /**
   * Name of the server as clients see it. It also distinguishes several servers in one application (several `forRoot`
   * calls, each with its own paths): see the `server` option of the decorators.
   */
  name: string;
  /** Version of the server as clients see it. */
  version: string;
  /** Display name of the server. */
  title?: string;
  websiteUrl?: string;
  icons?: Icon[];
  /** Instructions for the model on how to use the server, sent in the answers to `initialize` and `server/discover`. */
  instructions?: string;

  /**
   * The eras of the protocol that are served, both by default. They share the routes and the providers.
   */
  protocol?: {
    /** Revision 2026-07-28, where each request stands for itself: at the URL of Streamable HTTP, and over stdio. */
    modern?: boolean;
    /** The revisions to 2025-11-25, with sessions: HTTP+SSE, Streamable HTTP and stdio. */
    legacy?: boolean;
  };

  /**
   * How long, and for whom, clients of revision 2026-07-28 may keep lists, what they read, and the answer to
   * `server/discover`. `cache` of `@McpResource()` overrides it for a resource.
   */
  cache?: {
    /** Milliseconds, 0 by default: results are stale at once. */
    ttlMs?: number;
    /**
     * `public` results may be shared between callers, also if requests are authenticated; `private` by default. It
     * applies to lists that are the same for all, and to reads if nothing tells callers apart. All else stays `private`.
     */
    scope?: 'public' | 'private';
  };

  /** Lets clients search where there are many tools; `{}` takes the defaults. All tools are listed unless it is given. */
  toolSearch?: McpToolSearchOptions;

  /** The modules whose providers the server offers; all by default. */
  modules?: Type[];

  /** The HTTP+SSE transport. */
  sse?: {
    /** Route of the stream, `sse` by default. May contain parameters: `:tenant/sse`. */
    path?: string;
    /** Route that clients post messages to, `messages` by default. `path` must contain its parameters too. */
    messagesPath?: string;
    /**
     * Query parameters of the stream that the endpoint repeats, so that guards find them on each POST. With
     * `['workspace']`, clients of `/sse?workspace=42` post to `/messages?sessionId=…&workspace=42`. None by default. A
     * POST whose values differ from the stream's gets the answer for an unknown session. Names of credentials are refused.
     */
    endpointQuery?: string[];
    /**
     * Milliseconds between comments that keep an idle stream or a slow response open, 15000 by default; `false` sends
     * none.
     */
    heartbeatMs?: number | false;
    /** Milliseconds that a session outlives its stream, 60000 by default. */
    graceMs?: number;
    /**
     * Bytes that may wait for a client that does not read, 4 MiB by default. Above that, the client is disconnected. If it
     * has a session, it receives the waiting events when it reconnects.
     */
    maxQueuedBytes?: number;
  };

  /**
   * The Streamable HTTP transport, with sessions and without, which also serves HTTP+SSE clients on the same URL; `false`
   * turns it off.
   */
  http?:
    | false
    | {
        /** Route of the transport, `mcp` by default. May contain parameters: `:tenant/mcp`. */
        path?: string;
        /** Milliseconds to wait for an answer before a stream is opened for it, 500 by default. Faster answers are JSON. */
        upgradeMs?: number;
        /** Milliseconds after which clients reconnect a lost or closed stream, 1000 by default. */
        retryMs?: number;
        /**
         * Serves the revisions with sessions without them too: each POST is independent, and GET is refused. `false` by
         * default.
         */
        stateless?: boolean;
        /** Milliseconds that a session lives without an open stream or a POST, 1800000 (30 minutes) by default. */
        graceMs?: number;
      };

  /**
   * Limits on the events that a session keeps for a client that reconnects with `Last-Event-ID`: unsent events and the
   * events sent last. If unsent events exceed them, the session ends and its client opens a new one.
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
     * Milliseconds during which the node still serves but reports that it is not ready, so that load balancers notice.
     * 5000 by default if NODE_ENV is `production`, else 0.
     */
    propagationMs?: number;
    /** Milliseconds that running calls have to finish after that, 15000 by default. */
    deadlineMs?: number;
  };

  /**
   * The store that several nodes share, such as `redisCluster({ url })` of `nestjs-mcp-sse/redis`. With it, any node can
   * serve any client, and a session survives its node. By default, sessions live in this process only.
   */
  cluster?: McpCluster;

  /**
   * The parts of a session's opening request, and of its user, that a cluster stores in plain text. Handlers get them when
   * they run after the session's node has died and before the client has posted again. Never name a header or member
   * that carries a credential.
   */
  stored?: {
    /**
     * Names of headers to store besides `accept`, `accept-language`, `mcp-protocol-version`, `traceparent`,
     * `tracestate`, `user-agent` and `x-request-id`. None by default.
     */
    headers?: string[];
    /** Query parameters of the stream to store besides `toolsets` and those of `sse.endpointQuery`. None by default. */
    query?: string[];
    /** Members of `request.user` to store besides those that the principal is made from. None by default. */
    claims?: string[];
  };

  /** How a call without a session goes on that waits for answers of its client (revision 2026-07-28). */
  input?: McpInputOptions;

  /** Calls that go on by themselves, of tools with the option `task` (revision 2026-07-28). */
  tasks?: McpTasksOptions;

  /**
   * URL at which clients reach the application's root, such as `https://example.com/api`. Required behind a proxy that
   * adds or strips a prefix without sending `X-Forwarded-Prefix`.
   */
  publicUrl?: string;
  /**
   * Addresses or CIDR ranges of proxies whose `X-Forwarded-Prefix`, `X-Forwarded-Proto` and, for
   * `authenticationLimit` and the audit trail, `X-Forwarded-For` are trusted. None by default.
   */
  trustedProxies?: string[];
  /**
   * Accepted values of the Host header, with or without port: `mcp.example.com`, `localhost:3000`; `*` accepts all. By
   * default, connections to a loopback address must use a loopback name, and others may use any.
   */
  allowedHosts?: string[];
  /**
   * Accepted values of the Origin header besides the server's own, such as `https://chat.example.com` or
   * `http://localhost:6274`; `*` accepts all. By default, with authentication, pages of loopback names are also served on
   * a loopback address. If `allowedHosts` is not set, a list must include the server's own origin.
   */
  allowedOrigins?: string[];

  /**
   * What authenticates requests: `app` for the application's own guards, or one of the module's guards. Without `auth`
   * and `guards`, the module serves loopback connections only, and none that came through a proxy.
   */
  auth?:
    | 'app'
    | { jwt: McpJwtOptions }
    | { introspection: McpIntrospectionOptions }
    | { apiKey: McpApiKeyOptions };
  /** Tells clients where to get a token. The defaults come from `auth.jwt`. */
  oauth?: McpOAuthOptions;
  /**
   * Guards that run on the stream's GET and on each POST, in this order, after the guard of `auth`. They count as
   * authentication, except for classes with `static readonly authenticates = false`, which run after the others.
   */
  guards?: (Type<CanActivate> | CanActivate)[];
  /**
   * Decorators of the routes of HTTP+SSE and Streamable HTTP, such as `SetMetadata('public', true)` for a global guard.
   * One that takes one parameter, as `ApiExcludeController()` gives, decorates the controllers, others each route. Guards of
   * `UseGuards()` are added to `guards`. Of `forRootAsync()` it is an option of its own, beside `useFactory`.
   */
  decorators?: (ClassDecorator | MethodDecorator)[];
  /**
   * Limits failed authentications by `auth` and `guards`: a class or an instance of one, such as
   * `failureLimit({ limit: 20, ttl: 60_000 })` of `nestjs-mcp-sse/throttler`. No limit by default.
   */
  authenticationLimit?: Type<McpAuthenticationLimit> | McpAuthenticationLimit;
  /**
   * Returns the principal of a request that passed the guards. By default it is read from `request.user`: the subject
   * from `sub`, `id`, `userId` or `username`, the issuer from `iss`, the expiry from `exp`, the scopes from `scope`,
   * `scopes` or `scp`, the roles from `roles` or `role`, and the tenant from `tenantClaim`.
   */
  principal?: (request: unknown) => McpPrincipal | Promise<McpPrincipal>;
  /**
   * Decides who may see and use a feature: a class, which any module may provide, or an instance. By default, everyone
   * that the guards let in, as far as `@McpScopes()` and `@McpRoles()` allow.
   */
  policy?: Type<McpPolicy> | McpPolicy;
  /**
   * Returns the toolsets of a principal, or undefined for all. Features of other toolsets do not exist for it: see
   * `@McpToolset()`. By default, everyone may use every toolset, and picks some by the URL. Called for each feature of a
   * toolset, so it must be fast.
   */
  toolsets?: (principal: McpPrincipal) => readonly string[] | undefined;
  /** The member of `request.user`, or claim of a token, that names the tenant; `tenant` by default. */
  tenantClaim?: string;
  /** Returns an object whose members are added to the `McpContext`. Called for each POST, after the guards. */
  contextFactory?: (request: unknown) => object | Promise<object>;

  /** For routes that are tools. */
  routes?: {
    /**
     * Headers that the request to a route has from the POST of the call, besides those of the caller (`authorization`,
     * `cookie`, `user-agent`, `accept-language`), of traces and of proxies. None by default.
     */
    forward?: readonly string[];
  };

  /**
   * Where the audit trail goes besides `McpAuditService.events$`: `log` writes each entry to Nest's logger as a line of
   * JSON. By default `log` if requests are authenticated, else `false`.
   */
  audit?: 'log' | false;

  /** The results that tools with `onTooLarge: 'resource'` keep for their callers, in this process or in the cluster. */
  results?: {
    /** Milliseconds that a result is kept, 600000 (10 minutes) by default. */
    ttlMs?: number;
    /**
     * Bytes of the results that are kept for one principal, 16 MiB by default. The oldest make room for new ones. All
     * anonymous callers are one principal.
     */
    maxBytesPerPrincipal?: number;
  };

  limits?: McpLimitsOptions;
}

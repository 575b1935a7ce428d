import type { Provider } from '@nestjs/common';
import { ClusterReporter } from './cluster/cluster-reporter.js';
import { SessionCluster } from './cluster/session-cluster.js';
import { CacheRules } from './discovery/cache-rules.js';
import { McpRegistry } from './discovery/mcp.registry.js';
import { createToolSearch } from './execution/tool-search/create-tool-search.js';
import { ToolSearch } from './execution/tool-search/tool-search.js';
import { Visibility } from './execution/visibility.js';
import { McpInvoker } from './execution/mcp.invoker.js';
import { ERROR_REPORTER, type ErrorReporter } from './model/error-reporter.js';
import type { ClusterNode } from './model/cluster/mcp-cluster.js';
import { McpConfigurationError } from './model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS, type ResolvedOptions } from './model/resolved-options.js';
import { RESULT_STORE } from './model/result-store.js';
import { TRAFFIC_OBSERVER, type TrafficObserver } from './model/traffic-observer.js';
import { MemoryUsedStates, type UsedStates } from './protocol/input/used-states.js';
import { McpConnection } from './protocol/mcp-connection.js';
import type { ServerIntroduction } from './protocol/request-methods.js';
import { prepareForClasses } from './schema/class-packages.js';
import { compileForm } from './schema/compile-form.js';
import { McpSessionService } from './sessions/mcp-session.service.js';
import { MemoryResults } from './sessions/memory-results.js';
import { assertInput } from './stateless/assert-input.js';
import { InputKeys } from './stateless/input-keys.js';
import { InputSource } from './stateless/input-source.js';
import { SharedUsedStates } from './stateless/shared-used-states.js';
import { StatelessRequests } from './stateless/stateless-requests.js';
import { MemoryBudget } from './streaming/memory-budget.js';
import { assertTasks } from './tasks/assert-tasks.js';
import { inProcessRunner } from './tasks/in-process-runner.js';
import { MemoryTaskStore } from './tasks/memory-task-store.js';
import { Tasks } from './tasks/tasks.js';
import { restoredOrigin } from './transports/relay/relayed-origin.js';

/** This node of the cluster; undefined if the options name none. */
const CLUSTER_NODE = Symbol('nestjs-mcp-sse:cluster-node');

/** Providers of one server that factories create. */
export const SERVER_PROVIDERS: Provider[] = [
  { provide: MemoryBudget, inject: [MCP_OPTIONS], useFactory: createMemoryBudget },
  { provide: ClusterReporter, inject: [ERROR_REPORTER], useFactory: createReporter },
  { provide: CLUSTER_NODE, inject: [MCP_OPTIONS, ClusterReporter], useFactory: joinCluster },
  {
    provide: RESULT_STORE,
    inject: [MemoryBudget, CLUSTER_NODE],
    useFactory: (memory: MemoryBudget, node?: ClusterNode) => node?.results ?? new MemoryResults(memory),
  },
  { provide: McpRegistry, inject: [ERROR_REPORTER, CacheRules], useFactory: createRegistry },
  { provide: ToolSearch, inject: [MCP_OPTIONS, McpRegistry, Visibility], useFactory: createToolSearch },
  {
    provide: McpSessionService,
    inject: [MCP_OPTIONS, McpInvoker, ERROR_REPORTER, TRAFFIC_OBSERVER, MemoryBudget],
    useFactory: createSessionService,
  },
  {
    provide: StatelessRequests,
    inject: [
      ...[MCP_OPTIONS, McpInvoker, McpSessionService, ERROR_REPORTER, TRAFFIC_OBSERVER],
      ...[Tasks, SessionCluster],
    ],
    useFactory: createStatelessRequests,
  },
  {
    provide: Tasks,
    inject: [
      ...[MCP_OPTIONS, McpInvoker, McpRegistry, MemoryBudget],
      ...[ERROR_REPORTER, ClusterReporter, TRAFFIC_OBSERVER],
    ],
    useFactory: createTasks,
  },
  {
    provide: SessionCluster,
    inject: [MCP_OPTIONS, McpSessionService, TRAFFIC_OBSERVER, ClusterReporter, CLUSTER_NODE],
    useFactory: createSessionCluster,
  },
];

/** Providers may add features from the moment they get the registry, so schemas can be compiled before. */
async function createRegistry(errors: ErrorReporter, caching: CacheRules): Promise<McpRegistry> {
  await prepareForClasses();
  return new McpRegistry(errors, caching);
}

function createSessionService(
  options: ResolvedOptions,
  invoker: McpInvoker,
  errors: ErrorReporter,
  observer: TrafficObserver,
  memory: MemoryBudget,
): McpSessionService {
  const { sse, http, limits } = options;
  const connection = {
    ...introductionOf(options),
    maxInFlight: limits.maxInFlight,
    maxSubscriptions: limits.maxSubscriptions,
    clientRequestMs: limits.clientRequestMs,
    maxAnswerMembers: limits.maxArgumentMembers,
    checkForm: compileForm,
    observer,
  };
  return new McpSessionService(
    { ...limits, memory, shortestGraceMs: Math.min(sse.graceMs, http ? http.graceMs : Infinity) },
    (session, outlet) => new McpConnection(invoker, connection, errors, session, outlet),
    observer,
    errors,
  );
}

/** @throws {McpConfigurationError} */
function createStatelessRequests(
  options: ResolvedOptions,
  invoker: McpInvoker,
  sessions: McpSessionService,
  errors: ErrorReporter,
  observer: TrafficObserver,
  tasks: Tasks,
  cluster?: SessionCluster,
): StatelessRequests {
  const { modern, legacy } = options.protocol;
  if (!modern && !legacy)
    throw new McpConfigurationError(
      '"protocol" turns off both eras, so no client could speak to the server. Leave one of "modern" and "legacy" on.',
    );
  const { limits, sse, input, cache } = options;
  assertInput(input);
  const { keys, maxRounds, maxStateBytes, ttlMs, singleUse } = input;
  const usedStates = singleUse ? usedStatesOf(cluster) : undefined;
  const source = new InputSource(
    { maxRounds, maxStateBytes, ttlMs, maxAnswerMembers: limits.maxArgumentMembers, usedStates, errors },
    new InputKeys(keys, cluster?.node, singleUse),
  );
  const settings = {
    ...introductionOf(options),
    cache,
    maxInFlightPerPrincipal: limits.maxInFlightPerPrincipal,
    maxSubscriptions: limits.maxSubscriptions,
    maxSessions: limits.maxSessions,
    maxSessionsPerPrincipal: limits.maxSessionsPerPrincipal,
    heartbeatMs: sse.heartbeatMs,
    checkForm: compileForm,
    get input() {
      return source.current;
    },
  };
  const requests = new StatelessRequests(invoker, settings, sessions.memory, observer, errors, tasks);
  sessions.include(requests);
  return requests;
}

/** @throws {McpConfigurationError} */
async function createTasks(
  options: ResolvedOptions,
  invoker: McpInvoker,
  registry: McpRegistry,
  memory: MemoryBudget,
  errors: ErrorReporter,
  reports: ClusterReporter,
  observer: TrafficObserver,
): Promise<Tasks> {
  const { name, limits, input, stored, contextFactory } = options;
  assertTasks(options.tasks);
  const { store: storage, runner = inProcessRunner, ...settings } = options.tasks;
  const store = storage ? await storage.open(name, reports) : new MemoryTaskStore(memory);
  return new Tasks(store, {
    ...settings,
    server: name,
    runner,
    stored,
    invoker,
    observer,
    errors,
    reports,
    contextFactory,
    checkForm: compileForm,
    maxQuestions: input.maxRounds,
    maxAnswerMembers: limits.maxArgumentMembers,
    hasTools: () => registry.hasTaskTools,
  });
}

function createMemoryBudget({ limits: { maxBytes, maxSessions } }: ResolvedOptions): MemoryBudget {
  return new MemoryBudget(maxBytes, maxBytes / maxSessions);
}

function createReporter(errors: ErrorReporter): ClusterReporter {
  return new ClusterReporter(errors);
}

async function joinCluster(
  { name, cluster, replay }: ResolvedOptions,
  reports: ClusterReporter,
): Promise<ClusterNode | undefined> {
  return cluster?.join(name, replay, reports);
}

function usedStatesOf(cluster: SessionCluster | undefined): UsedStates {
  return cluster ? new SharedUsedStates(cluster.node.agreement) : new MemoryUsedStates();
}

function introductionOf(options: ResolvedOptions): ServerIntroduction {
  const { name, version, title, websiteUrl, icons, instructions } = options;
  return { serverInfo: { name, version, title, websiteUrl, icons }, instructions };
}

/** @param node undefined if the options name no cluster */
function createSessionCluster(
  options: ResolvedOptions,
  sessions: McpSessionService,
  observer: TrafficObserver,
  reports: ClusterReporter,
  node?: ClusterNode,
): SessionCluster | undefined {
  const { replay, stored } = options;
  if (!node) return undefined;
  const shared = new SessionCluster(node, sessions, observer, reports, {
    maxBytes: replay.maxBytes,
    stored,
    originOf: (origin) => restoredOrigin(origin, options.contextFactory),
  });
  sessions.shareThrough(shared);
  return shared;
}

import type { McpCacheHint } from '../model/cache-hint.js';
import type { InvokedContext, Invoker } from '../model/invoker.js';
import type { Preparation, RequestPreparer } from './execution.js';
import type { JsonRpcRequest } from './json-rpc.js';
import { methodNamed } from './methods.js';
import { TASKS_EXTENSION } from '../model/tasks/tasks-extension.js';
import type { ServerTasks } from './server-tasks.js';
import { SERVER_CAPABILITIES, type ServerIntroduction } from './request-methods.js';
import { methodNotFound } from './request-params.js';
import { MODERN_VERSIONS } from './revisions.js';

/** How the server introduces itself to clients of the modern era. */
export interface ModernIntroduction extends ServerIntroduction {
  /** How long clients may keep the introduction. */
  readonly cache: McpCacheHint;
}

/** Answers the requests of the modern era: `server/discover` here, the others by the invoker and the tasks. */
export class ModernMethods implements RequestPreparer {
  private readonly discovery: object;
  private readonly discoveryWithTasks: object;

  constructor(
    private readonly invoker: Invoker,
    private readonly introduction: ModernIntroduction,
    private readonly tasks?: ServerTasks,
  ) {
    const { instructions } = introduction;
    this.discovery = { supportedVersions: MODERN_VERSIONS, capabilities: SERVER_CAPABILITIES, instructions };
    const capabilities = { ...SERVER_CAPABILITIES, extensions: { [TASKS_EXTENSION]: {} } };
    this.discoveryWithTasks = { ...this.discovery, capabilities };
  }

  prepare({ method: name, params }: JsonRpcRequest, context: InvokedContext): Preparation {
    const method = methodNamed(name);
    if (!method || method.answeredBy === 'connection') throw methodNotFound(name);
    if (method.answeredBy === 'invoker') return this.invoker.prepare(method.name, params, context);
    if (method.answeredBy === 'tasks') {
      if (!this.tasks?.areOffered) throw methodNotFound(name);
      return this.tasks.prepare(method.name, params, context);
    }
    if (method.name !== 'server/discover') throw methodNotFound(name);
    context.cacheable(this.introduction.cache);
    return () => (this.tasks?.areOffered ? this.discoveryWithTasks : this.discovery);
  }
}

import type { InvokedMethod } from '../model/invoker.js';

/** The requests that a connection answers by itself. They exist in the legacy era only. */
export type ConnectionMethod =
  'initialize' | 'ping' | 'logging/setLevel' | 'resources/subscribe' | 'resources/unsubscribe';

/** The requests of the modern era that do not reach the application's features. */
export type StatelessMethod = 'server/discover' | 'subscriptions/listen';

/** The requests for a task. */
export type TaskMethod = 'tasks/get' | 'tasks/update' | 'tasks/cancel';

/** How a request names the feature that it is for. `reference`: of a prompt or a resource, as a completion has it. */
export type MethodTarget =
  | { readonly kind: 'tool' | 'prompt'; readonly param: 'name' }
  | { readonly kind: 'resource'; readonly param: 'uri' }
  | { readonly kind: 'task'; readonly param: 'taskId' }
  | { readonly kind: 'reference'; readonly param: 'ref' };

interface Row<AnsweredBy> {
  readonly answeredBy: AnsweredBy;
  /** What it is for. */
  readonly target?: MethodTarget;
  /** Type of its entry in the audit trail. A request without one is not audited. */
  readonly audit?: 'initialize' | 'call' | 'read' | 'subscribe' | 'prompt' | 'complete' | 'task';
  /** Its handler may ask the client, also in the modern era. */
  readonly asks?: boolean;
  /** It changes what is agreed with the client, so what a cluster keeps of the session is out of date. */
  readonly changesState?: boolean;
}

/** A request that clients may send. */
export type Method =
  | (Row<'connection'> & { readonly name: ConnectionMethod })
  | (Row<'stateless'> & { readonly name: StatelessMethod })
  | (Row<'tasks'> & { readonly name: TaskMethod })
  | (Row<'invoker'> & { readonly name: InvokedMethod });

const TOOL: MethodTarget = { kind: 'tool', param: 'name' };
const PROMPT: MethodTarget = { kind: 'prompt', param: 'name' };
const RESOURCE: MethodTarget = { kind: 'resource', param: 'uri' };
const TASK: MethodTarget = { kind: 'task', param: 'taskId' };
const REFERENCE: MethodTarget = { kind: 'reference', param: 'ref' };

/**
 * Every request that is served: in the legacy era those that a connection or the invoker answers, in the modern one the
 * others and the invoker's. Audit, metrics and traces read here what they need to know of one.
 */
const METHODS: { readonly [Name in ConnectionMethod]: Row<'connection'> } & {
  readonly [Name in StatelessMethod]: Row<'stateless'>;
} & { readonly [Name in TaskMethod]: Row<'tasks'> } & { readonly [Name in InvokedMethod]: Row<'invoker'> } = {
  initialize: { answeredBy: 'connection', changesState: true, audit: 'initialize' },
  ping: { answeredBy: 'connection' },
  'logging/setLevel': { answeredBy: 'connection', changesState: true },
  'resources/subscribe': {
    answeredBy: 'connection',
    changesState: true,
    target: RESOURCE,
    audit: 'subscribe',
  },
  'resources/unsubscribe': { answeredBy: 'connection', changesState: true, target: RESOURCE },
  'server/discover': { answeredBy: 'stateless' },
  'subscriptions/listen': { answeredBy: 'stateless', audit: 'subscribe' },
  'tasks/get': { answeredBy: 'tasks', target: TASK },
  'tasks/update': { answeredBy: 'tasks', target: TASK, audit: 'task' },
  'tasks/cancel': { answeredBy: 'tasks', target: TASK, audit: 'task' },
  'tools/list': { answeredBy: 'invoker' },
  'tools/call': { answeredBy: 'invoker', target: TOOL, audit: 'call', asks: true },
  'resources/list': { answeredBy: 'invoker' },
  'resources/templates/list': { answeredBy: 'invoker' },
  'resources/read': { answeredBy: 'invoker', target: RESOURCE, audit: 'read', asks: true },
  'prompts/list': { answeredBy: 'invoker' },
  'prompts/get': { answeredBy: 'invoker', target: PROMPT, audit: 'prompt', asks: true },
  'completion/complete': { answeredBy: 'invoker', target: REFERENCE, audit: 'complete' },
};

const BY_NAME: ReadonlyMap<string, Method> = new Map(
  Object.entries(METHODS).map(([name, row]) => [name, { name, ...row } as Method]),
);

/** By method: the parameter that modern clients repeat in the header `Mcp-Name`. */
export const NAMING_PARAMS: ReadonlyMap<string, string> = new Map(
  [...BY_NAME.values()].flatMap(({ name, answeredBy, target }) =>
    target && target.kind !== 'reference' && answeredBy !== 'connection' ? [[name, target.param]] : [],
  ),
);

/** @returns undefined for a method that is not served */
export function methodNamed(name: string): Method | undefined {
  return BY_NAME.get(name);
}

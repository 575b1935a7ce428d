import type { InvokedMethod } from '../model/invoker.js';
import type { Era } from './revisions.js';

/** The requests that the protocol layer answers by itself. */
export type ProtocolMethod =
  'initialize' | 'ping' | 'logging/setLevel' | 'resources/subscribe' | 'resources/unsubscribe';

/** How a request names the feature that it is for. `reference`: of a prompt or a resource, as a completion has it. */
export type MethodTarget =
  | { readonly kind: 'tool' | 'prompt'; readonly param: 'name' }
  | { readonly kind: 'resource'; readonly param: 'uri' }
  | { readonly kind: 'reference'; readonly param: 'ref' };

interface Row<AnsweredBy> {
  readonly answeredBy: AnsweredBy;
  /** The eras that have it. */
  readonly eras: readonly Era[];
  /** What it is for. */
  readonly target?: MethodTarget;
  /** Type of its entry in the audit trail. A request without one is not audited. */
  readonly audit?: 'initialize' | 'call' | 'read' | 'subscribe' | 'prompt' | 'complete';
  /** It changes what is agreed with the client, so what a cluster keeps of the session is out of date. */
  readonly changesState?: boolean;
}

/** A request that clients may send. */
export type Method =
  (Row<'protocol'> & { readonly name: ProtocolMethod }) | (Row<'invoker'> & { readonly name: InvokedMethod });

const LEGACY: readonly Era[] = ['legacy'];
const BOTH: readonly Era[] = ['legacy', 'modern'];
const TOOL: MethodTarget = { kind: 'tool', param: 'name' };
const PROMPT: MethodTarget = { kind: 'prompt', param: 'name' };
const RESOURCE: MethodTarget = { kind: 'resource', param: 'uri' };
const REFERENCE: MethodTarget = { kind: 'reference', param: 'ref' };

/** Every request that is served. Connections, audit, metrics and traces read here what they need to know of one. */
const METHODS: { readonly [Name in ProtocolMethod]: Row<'protocol'> } & {
  readonly [Name in InvokedMethod]: Row<'invoker'>;
} = {
  initialize: { answeredBy: 'protocol', eras: LEGACY, changesState: true, audit: 'initialize' },
  ping: { answeredBy: 'protocol', eras: LEGACY },
  'logging/setLevel': { answeredBy: 'protocol', eras: LEGACY, changesState: true },
  'resources/subscribe': {
    answeredBy: 'protocol',
    eras: LEGACY,
    changesState: true,
    target: RESOURCE,
    audit: 'subscribe',
  },
  'resources/unsubscribe': { answeredBy: 'protocol', eras: LEGACY, changesState: true, target: RESOURCE },
  'tools/list': { answeredBy: 'invoker', eras: BOTH },
  'tools/call': { answeredBy: 'invoker', eras: BOTH, target: TOOL, audit: 'call' },
  'resources/list': { answeredBy: 'invoker', eras: BOTH },
  'resources/templates/list': { answeredBy: 'invoker', eras: BOTH },
  'resources/read': { answeredBy: 'invoker', eras: BOTH, target: RESOURCE, audit: 'read' },
  'prompts/list': { answeredBy: 'invoker', eras: BOTH },
  'prompts/get': { answeredBy: 'invoker', eras: BOTH, target: PROMPT, audit: 'prompt' },
  'completion/complete': { answeredBy: 'invoker', eras: BOTH, target: REFERENCE, audit: 'complete' },
};

const BY_NAME: ReadonlyMap<string, Method> = new Map(
  Object.entries(METHODS).map(([name, row]) => [name, { name, ...row } as Method]),
);

/** By method: the parameter that modern clients repeat in the header `Mcp-Name`. */
export const NAMING_PARAMS: ReadonlyMap<string, string> = new Map(
  [...BY_NAME.values()].flatMap(({ name, answeredBy, target }) =>
    target && target.kind !== 'reference' && answeredBy === 'invoker' ? [[name, target.param]] : [],
  ),
);

/** @returns undefined for a method that is not served */
export function methodNamed(name: string): Method | undefined {
  return BY_NAME.get(name);
}

import type { McpDefinition } from './definitions.js';
import type { McpContext } from './mcp-context.js';
import type { McpPrincipal } from './principal.js';
import type { McpSessionView } from './session-view.js';

/**
 * The context of a policy's decision: the whole {@link McpContext} when a client makes a request, only these members when
 * a notification is about to be sent.
 */
export type McpPolicyContext = Pick<McpContext, 'session' | 'principal' | 'params'>;

/** A client that makes a request, or that a notification is for. */
export type Viewer = McpPolicyContext & {
  /** The request of a client without a session. */
  readonly request?: unknown;
};

/** The context of a policy's decision about a notification to a session, with the session's newest principal. */
export function policyContextOf(session: McpSessionView): McpPolicyContext {
  const { principal, params } = session;
  return { session, principal, params };
}

/**
 * Decides who may see and use a tool, a resource or a prompt. The `policy` option names the class. A refused feature is
 * not listed, and requests for it are answered as if it did not exist.
 *
 * ```ts
 * @Injectable()
 * export class ProductPolicy extends McpPolicy {
 *   constructor(private readonly products: ProductService) { super(); }
 *
 *   canAccess({ tenant }: McpPrincipal, { meta }: McpDefinition): Promise<boolean> {
 *     return this.products.has(tenant, meta?.product);
 *   }
 * }
 * ```
 */
export abstract class McpPolicy {
  /**
   * Called for the feature that a call names, and for each feature of a list, unless it is `@McpPublic()`. `@McpScopes()`
   * and `@McpRoles()` must be met as well. For an unknown name, the policy is asked about another feature, so that timing
   * does not reveal hidden features. If it throws, the request gets an internal error.
   *
   * @param principal the request's. When a notification is about to be sent: the newest one of the session, or that of the
   *   request to `subscriptions/listen`
   */
  abstract canAccess(
    principal: McpPrincipal,
    definition: McpDefinition,
    context: McpPolicyContext,
  ): boolean | Promise<boolean>;
}

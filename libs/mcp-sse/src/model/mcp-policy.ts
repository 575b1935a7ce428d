import type { McpDefinition } from './definitions.js';
import type { McpContext } from './mcp-context.js';
import type { McpPrincipal } from './principal.js';
import type { McpSessionView } from './session-view.js';

/**
 * What a policy is told besides the principal and the definition. It is the whole {@link McpContext} when the
 * client asks, and no more than this when a notification is about to be sent.
 */
export type McpPolicyContext = Pick<McpContext, 'session' | 'principal' | 'params'>;

/** What a policy is told when a notification is about to be sent to a session: its newest principal. */
export function policyContextOf(session: McpSessionView): McpPolicyContext {
  const { principal, params } = session;
  return { session, principal, params };
}

/**
 * Who may see and use a tool, a resource or a prompt: the class that the `policy` option names. What it refuses
 * is in no list, and its name is answered as an unknown one.
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
   * Asked on each call for what it names, and on each list for everything that might be on it; not for what is
   * `@McpPublic()`. `@McpScopes()` and `@McpRoles()` must be met as well. For a name that nothing has it is asked
   * about something else, so that the time it takes does not tell hidden from unknown. When it throws, nobody gets
   * anything: the request is answered by an internal error.
   *
   * @param principal of the request; of the session's newest one, when a notification is about to be sent
   */
  abstract canAccess(
    principal: McpPrincipal,
    definition: McpDefinition,
    context: McpPolicyContext,
  ): boolean | Promise<boolean>;
}

import type { McpAppOptions } from '../decorators/mcp-app.decorator.js';
import type { McpCompleteOptions } from '../decorators/mcp-complete.decorator.js';
import type { McpPromptOptions } from '../decorators/mcp-prompt.decorator.js';
import type { McpResourceOptions } from '../decorators/mcp-resource.decorator.js';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import type { McpAccess } from '../model/definitions.js';
import type { ProviderWrapper } from '../nest/provider-wrapper.js';

/** A decorator of a method and its options. */
export type FeatureMetadata =
  | { readonly kind: 'tool'; readonly options: McpToolOptions }
  | { readonly kind: 'resource'; readonly options: McpResourceOptions }
  | { readonly kind: 'app'; readonly options: McpAppOptions }
  | { readonly kind: 'prompt'; readonly options: McpPromptOptions }
  | { readonly kind: 'completion'; readonly options: McpCompleteOptions };

/** A decorated method of a provider. */
export interface DiscoveredMethod<F extends FeatureMetadata = FeatureMetadata> {
  readonly feature: F;
  readonly access: McpAccess;
  readonly wrapper: ProviderWrapper;
  /** The prototype that has the method, itself or by inheritance. */
  readonly prototype: object;
  readonly methodName: string;
  /** Whether it is a route of a controller. */
  readonly isRoute: boolean;
  /** `Class.method`, for messages. */
  readonly where: string;
  /** Runs in place of the method, behind its guards and interceptors. */
  readonly replacement?: () => unknown;
}

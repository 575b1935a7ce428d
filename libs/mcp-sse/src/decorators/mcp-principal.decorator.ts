import type { McpPrincipal as Principal } from '../model/principal.js';
import { parameterDecorator } from './parameter-decorator.js';
import { ParameterKind } from './parameter-kind.js';

export type McpPrincipal = Principal;

/** The principal that the call acts for: `@McpPrincipal() user: McpPrincipal`. */
export function McpPrincipal(): ParameterDecorator {
  return parameterDecorator(ParameterKind.Principal);
}

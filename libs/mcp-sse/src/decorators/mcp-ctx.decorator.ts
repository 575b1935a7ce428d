import { parameterDecorator } from './parameter-decorator.js';
import { ParameterKind } from './parameter-kind.js';

/** The `McpContext` of the call. */
export function McpCtx(): ParameterDecorator {
  return parameterDecorator(ParameterKind.Context);
}

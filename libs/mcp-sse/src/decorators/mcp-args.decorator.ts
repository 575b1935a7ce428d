import { parameterDecorator, type Pipe } from './parameter-decorator.js';
import { ParameterKind } from './parameter-kind.js';

/** The arguments of the call, validated. The pipes run after that. */
export function McpArgs(...pipes: Pipe[]): ParameterDecorator {
  return parameterDecorator(ParameterKind.Args, undefined, pipes);
}

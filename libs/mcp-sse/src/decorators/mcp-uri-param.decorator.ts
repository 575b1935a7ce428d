import { parameterDecorator, type Pipe } from './parameter-decorator.js';
import { ParameterKind } from './parameter-kind.js';

/** The value of a variable of a resource's URI template, a string until a pipe makes something else of it. */
export function McpUriParam(name: string, ...pipes: Pipe[]): ParameterDecorator {
  return parameterDecorator(ParameterKind.UriParam, name, pipes);
}

import { McpInvalidArgumentsException } from '../model/errors/mcp-invalid-arguments.exception.js';
import type { Pipe } from '../decorators/parameter-decorator.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { ArgumentsPipe } from './arguments.pipe.js';

/** A ValidationPipe of the application may drop unknown properties silently; a tool refuses them. */
export function shapeCheck(
  schema: CompiledSchema | undefined,
  pipes: readonly Pipe[],
): (value: unknown) => void {
  const { findUnknown } = schema ?? {};
  if (!findUnknown || pipes.some((pipe) => pipe instanceof ArgumentsPipe)) return () => undefined;
  return (value) => {
    const { issues, more, isEmpty } = findUnknown(value);
    if (!isEmpty) throw new McpInvalidArgumentsException(issues, more);
  };
}

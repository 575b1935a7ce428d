import { ValidateBy, type ValidationArguments, type ValidationOptions } from 'class-validator';
import type { McpApiKey } from 'nestjs-mcp-sse';

/** A name that one of `MCP_API_KEYS` has. */
export function IsNameOfKey(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isNameOfKey',
      validator: {
        validate: (value: unknown, args?: ValidationArguments) =>
          namesOf(args!.object).includes(String(value)),
        defaultMessage: () => '$property must list names that MCP_API_KEYS has',
      },
    },
    options,
  );
}

function namesOf(environment: object): string[] {
  const { MCP_API_KEYS: keys } = environment as { MCP_API_KEYS: McpApiKey[] | string };
  return Array.isArray(keys) ? keys.map(({ name }) => name) : [];
}

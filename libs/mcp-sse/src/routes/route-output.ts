import { BadGatewayException, Logger } from '@nestjs/common';
import type { RegisteredTool } from '../discovery/registered-feature.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { escapeControls } from '../model/log-line.js';
import type { JsonSchema } from '../model/schema-source.js';
import { compileSchema } from '../schema/compile-schema.js';
import type { CompiledSchema, SchemaOutcome } from '../schema/compiled-schema.js';
import type { Keywords } from '../schema/keywords.js';
import { describeIssues } from '../schema/schema-issues.js';
import { apiResponse } from './api-operation.js';
import { documentedType } from './value-schemas.js';

type Output = NonNullable<RegisteredTool['output']>;

/**
 * The schema of a route's result, from the class that `@ApiOkResponse()` or `@ApiCreatedResponse()` names.
 *
 * @param handler of the route
 * @param where it is, for messages
 * @returns undefined where nothing describes an object or an array
 */
export function documentedOutput(handler: object, where: string): Output | undefined {
  const response = apiResponse(handler);
  if (!response) return undefined;
  const label = `${where} (the answer ${response.status} in its documentation)`;
  try {
    const schema = documentedType(response.api, label, 'output');
    if (schema?.type !== 'object' && schema?.type !== 'array') return undefined;
    return tolerant(compileSchema(loosened(schema) as JsonSchema, label, 'output'), label);
  } catch (error) {
    // What is fine as documentation may have no schema.
    if (!(error instanceof McpConfigurationError)) throw error;
    return undefined;
  }
}

/**
 * A schema whose mismatch does not hide the result: the request was a success, only its documentation was wrong. As
 * clients check structured content, the result goes as an error that tells both.
 */
function tolerant(output: CompiledSchema<JsonSchema>, label: string): Output {
  const logger = new Logger('McpSseModule');
  let isLogged = false;
  const conclude = (value: unknown, outcome: SchemaOutcome): SchemaOutcome => {
    if (outcome.ok) return outcome;
    const fault = `${label} does not describe what the route answered: ${describeIssues(outcome)}`;
    if (!isLogged)
      logger.warn(escapeControls(`${fault}. Correct the class, or pass "output" to @McpTool().`));
    isLogged = true;
    throw new BadGatewayException(
      `The route answered with success, but not as it is documented (${describeIssues(outcome)}): ${JSON.stringify(value)}`,
    );
  };
  return { ...output, validate: async (value) => conclude(value, await output.validate(value)) };
}

/** The schema without limits on further properties: documentation names the ones that matter. */
function loosened(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(loosened);
  const rest: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema as Keywords))
    if (keyword !== 'additionalProperties' || value !== false) rest[keyword] = loosened(value);
  return rest;
}

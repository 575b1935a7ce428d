/**
 * What decorators of @nestjs/swagger say of a route. Read in @nestjs/swagger 7.0.1, 7.4.2, 8.1.1, 11.4.7 and
 * 12.0.2, constants.js and decorators/helpers.js: the keys under which they store their options on the method.
 */
import 'reflect-metadata';
import type { Keywords } from '../schema/keywords.js';
import type { Place } from './route-parameters.js';

const OPERATION = 'swagger/apiOperation';
const PARAMETERS = 'swagger/apiParameters';
const RESPONSES = 'swagger/apiResponse';
/** `@ApiOkResponse()`, `@ApiCreatedResponse()` and others that have a body, as numbers of their statuses. */
const STATUSES = ['200', '201', '202', '203'];

/** Of `@ApiOperation()`. */
export interface ApiOperation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
}

export function apiOperation(method: object): ApiOperation {
  return (Reflect.getMetadata(OPERATION, method) ?? {}) as ApiOperation;
}

/** What `@ApiParam()`, `@ApiQuery()` or `@ApiBody()` says of a parameter. */
export function apiParameter(method: object, place: Place, name: string | undefined): Keywords | undefined {
  const all = (Reflect.getMetadata(PARAMETERS, method) ?? []) as readonly Keywords[];
  return all.find((api) => api['in'] === place && (place === 'body' || api['name'] === name));
}

/** The names that `@ApiQuery()` describes. */
export function apiQueryNames(method: object): string[] {
  const all = (Reflect.getMetadata(PARAMETERS, method) ?? []) as readonly Keywords[];
  return all.flatMap(({ in: place, name }) =>
    place === 'query' && typeof name === 'string' && name !== '' ? name : [],
  );
}

/** What the decorators say of the answer that has a body, with the status that names them. */
export function apiResponse(method: object): { readonly status: string; readonly api: Keywords } | undefined {
  const responses = (Reflect.getMetadata(RESPONSES, method) ?? {}) as Record<string, Keywords>;
  for (const status of STATUSES) {
    const api = responses[status];
    if (api && (api['type'] !== undefined || api['schema'] !== undefined)) return { status, api };
  }
  return undefined;
}

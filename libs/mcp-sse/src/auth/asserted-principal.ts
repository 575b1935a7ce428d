import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { McpPrincipal } from '../model/principal.js';

/**
 * @param returned by the "principal" option
 * @throws {McpConfigurationError} when it is no principal: whose session it is could not be told
 */
export function assertedPrincipal(returned: McpPrincipal): McpPrincipal {
  const fault = faultOf(returned as Partial<Record<keyof McpPrincipal, unknown>> | null | undefined);
  if (fault === undefined) return returned;
  throw new McpConfigurationError(
    `The "principal" option returned ${fault}. Return { subject, scopes, roles, claims }, with a subject that is not ` +
      'empty, scopes and roles as arrays of strings, and claims as an object; issuer and tenant are strings, if any. ' +
      'To refuse a request, throw an UnauthorizedException.',
  );
}

/** What is wrong, without the values: they may be secrets. */
function faultOf(
  principal: Partial<Record<keyof McpPrincipal, unknown>> | null | undefined,
): string | undefined {
  if (typeof principal !== 'object' || principal === null) return 'no object';
  const { subject, issuer, tenant, scopes, roles, claims, expiresAt } = principal;
  if (typeof subject !== 'string' || subject === '') return 'a subject that is no string, or empty';
  if (!isText(issuer)) return 'an issuer that is no string';
  if (!isText(tenant)) return 'a tenant that is no string';
  if (!isTextList(scopes)) return 'scopes that are no array of strings';
  if (!isTextList(roles)) return 'roles that are no array of strings';
  if (typeof claims !== 'object' || claims === null) return 'claims that are no object';
  if (expiresAt !== undefined && !Number.isFinite(expiresAt)) return 'an expiresAt that is no number';
  return undefined;
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

import { ForbiddenException } from '@nestjs/common';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { ANONYMOUS, type McpPrincipal } from '../model/principal.js';

type User = Readonly<Record<string, unknown>>;

const SUBJECTS = ['sub', 'id', 'userId', 'username'];

/**
 * The principal that a guard left as `request.user`, in the shapes that Nest applications use.
 *
 * @param tenantClaim member that names the tenant
 * @throws {McpConfigurationError} when the user has no subject: its sessions could not be told from others'
 * @throws {ForbiddenException} when the tenant is none that could be told from others, such as a list
 */
export function principalOfUser(user: unknown, tenantClaim: string): McpPrincipal {
  if (user === undefined || user === null) return ANONYMOUS;
  const claims = user as User;
  const subject = SUBJECTS.map((name) => claims[name]).find(isIdentifier);
  if (subject === undefined)
    throw new McpConfigurationError(
      `request.user has none of ${SUBJECTS.join(', ')}. Say whose request it is with the "principal" option.`,
    );
  return {
    subject: String(subject),
    issuer: text(claims['iss']),
    tenant: tenantOf(claims, tenantClaim),
    scopes: list(claims['scope'] ?? claims['scopes'] ?? claims['scp']),
    roles: list(claims['roles'] ?? claims['role']),
    expiresAt: typeof claims['exp'] === 'number' ? claims['exp'] * 1_000 : undefined,
    claims,
  };
}

function isIdentifier(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

/** What cannot be read is not taken for no tenant: members of different tenants would be one principal. */
function tenantOf(claims: User, tenantClaim: string): string | undefined {
  const tenant = claims[tenantClaim] ?? undefined;
  if (tenant === undefined || isIdentifier(tenant)) return text(tenant);
  throw new ForbiddenException(
    `The claim "${tenantClaim}" must name one tenant, by a string or a number. Use a token that does, or set "tenantClaim" or "principal".`,
  );
}

/** Databases number their tenants. */
function text(value: unknown): string | undefined {
  return isIdentifier(value) ? String(value) : undefined;
}

function list(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ').filter((item) => item !== '');
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

import type { ResolvedOptions } from '../model/resolved-options.js';
import type { Weakness } from './weakness.js';

/**
 * What is missing for tokens of the options to open this server only. A secret is shared with the issuer alone, if all
 * is well; public keys and introspection are shared with every service of the issuer, whose tokens were as good here.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#token-audience-binding-and-validation
 */
export function tokenWeakness({ auth }: ResolvedOptions): Weakness | undefined {
  if (typeof auth !== 'object') return undefined;
  const { jwt, introspection } = auth;
  const isSecret = jwt?.algorithms[0]?.startsWith('HS') ?? false;
  const missing = [
    jwt && !isSecret && jwt.issuer === undefined && 'auth.jwt.issuer',
    jwt && jwt.audience === undefined && 'auth.jwt.audience',
    introspection && introspection.audience === undefined && 'auth.introspection.audience',
  ].filter((option) => typeof option === 'string');
  if (missing.length === 0) return undefined;
  return {
    message:
      `"${missing.join('" and "')}" not set: tokens that were given for other services open this one too. ` +
      'Set what this server accepts.',
    isSevere: !isSecret,
  };
}

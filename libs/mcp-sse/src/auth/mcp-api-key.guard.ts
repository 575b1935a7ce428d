import { createHash, timingSafeEqual } from 'node:crypto';
import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { rawRequest } from './raw-request.js';

/**
 * Lets requests in whose key is one of the `auth.apiKey` option; `request.user` becomes its owner. Keys are
 * compared by their digests in constant time, each with all of them.
 */
@Injectable()
export class McpApiKeyGuard implements CanActivate {
  private readonly header: string;
  private readonly keys: readonly { readonly name: string; readonly digest: Buffer }[];

  /** @throws {McpConfigurationError} when there are no keys, or an empty one */
  constructor(@Inject(MCP_OPTIONS) { auth }: ResolvedOptions) {
    if (typeof auth !== 'object' || !('apiKey' in auth) || auth.apiKey.keys.length === 0)
      throw new McpConfigurationError(
        'McpApiKeyGuard needs the option `auth: { apiKey: { keys: [{ name, key }] } }`.',
      );
    if (auth.apiKey.keys.some(({ name, key }) => name === '' || key === ''))
      throw new McpConfigurationError(
        'Each of `auth.apiKey.keys` needs a name and a key that are not empty.',
      );
    this.header = (auth.apiKey.header ?? 'x-api-key').toLowerCase();
    this.keys = auth.apiKey.keys.map(({ name, key }) => ({ name, digest: digest(key) }));
  }

  /** @throws {UnauthorizedException} */
  canActivate(context: ExecutionContext): boolean {
    const request: { user?: unknown } = context.switchToHttp().getRequest();
    const { headers } = rawRequest(request);
    const given = digest(String(headers[this.header] ?? bearer(headers.authorization) ?? ''));
    const [owner] = this.keys.filter((key) => timingSafeEqual(key.digest, given));
    if (!owner) throw new UnauthorizedException();
    request.user = { sub: owner.name, iss: 'api-key' };
    return true;
  }
}

function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1];
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

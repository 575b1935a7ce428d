import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { McpApiKeyProvider } from '../model/mcp-api-key.options.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { ApiKeys } from './api-keys.js';
import { bearerToken } from './bearer-token.js';
import { rawRequest } from './raw-request.js';

/** Lets requests in that have a key of the `auth.apiKey` option; `request.user` becomes its owner. */
@Injectable()
export class McpApiKeyGuard implements CanActivate {
  private readonly header: string;
  private readonly keys: McpApiKeyProvider;

  /** @throws {McpConfigurationError} when there are no keys, or wrong ones */
  constructor(
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    moduleRef: ModuleRef,
  ) {
    const { auth } = options;
    if (typeof auth !== 'object' || !auth.apiKey)
      throw new McpConfigurationError(
        'McpApiKeyGuard needs the option `auth: { apiKey: { keys: [{ name, key }] } }`.',
      );
    const { keys, provider, header } = auth.apiKey;
    if ((keys === undefined) === (provider === undefined))
      throw new McpConfigurationError('`auth.apiKey` needs one of `keys` and `provider`.');
    this.header = header.toLowerCase();
    this.keys = keys ? new ApiKeys(keys) : instanceOf(provider!, moduleRef);
  }

  /** @throws {UnauthorizedException} */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request: { user?: unknown } = context.switchToHttp().getRequest();
    const { headers } = rawRequest(request);
    const key = String(headers[this.header] ?? bearerToken(headers) ?? '');
    const owner = key === '' ? undefined : await this.keys.verify(key);
    if (!owner) throw new UnauthorizedException();
    const { name, tenant, scopes, roles } = owner;
    request.user = { sub: name, iss: 'api-key', [this.options.tenantClaim]: tenant, scopes, roles };
    return true;
  }
}

function instanceOf(provider: Type<McpApiKeyProvider>, moduleRef: ModuleRef): McpApiKeyProvider {
  try {
    return moduleRef.get(provider, { strict: false });
  } catch {
    throw new McpConfigurationError(
      `\`auth.apiKey.provider\` is ${provider.name}, which must be a provider of some module, and not request-scoped.`,
    );
  }
}

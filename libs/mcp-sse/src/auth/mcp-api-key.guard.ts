import {
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { McpApiKeyProvider } from '../model/mcp-api-key.options.js';
import { providedInstance } from '../nest/provided-instance.js';
import { MCP_OPTIONS, type ResolvedApiKey, type ResolvedOptions } from '../model/resolved-options.js';
import { ApiKeys } from './api-keys.js';
import { bearerToken } from './bearer.js';
import { logRefusal } from './refusal.js';
import { rawRequest } from '../http/raw-request.js';

/** Accepts requests with a key of the `auth.apiKey` option and sets `request.user` to the owner of the key. */
@Injectable()
export class McpApiKeyGuard implements CanActivate, OnModuleInit {
  private readonly apiKey: ResolvedApiKey;
  private keys!: McpApiKeyProvider;

  /** @throws {McpConfigurationError} */
  constructor(
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    private readonly moduleRef: ModuleRef,
  ) {
    const { auth } = options;
    if (typeof auth !== 'object' || !auth.apiKey)
      throw new McpConfigurationError(
        'McpApiKeyGuard needs the option `auth: { apiKey: { keys: [{ name, key }] } }`.',
      );
    this.apiKey = auth.apiKey;
  }

  /** @throws {McpConfigurationError} when keys are missing or invalid */
  async onModuleInit(): Promise<void> {
    const { keys, provider } = this.apiKey;
    if (keys && !provider) this.keys = new ApiKeys(keys);
    else if (provider && !keys) this.keys = await providedInstance(this.moduleRef, provider);
    else throw new McpConfigurationError('`auth.apiKey` needs either `keys` or `provider`.');
  }

  /** @throws {UnauthorizedException} */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request: { user?: unknown } = context.switchToHttp().getRequest();
    const { headers } = rawRequest(request);
    const key = String(headers[this.apiKey.header.toLowerCase()] ?? bearerToken(headers) ?? '');
    const owner = key === '' ? undefined : await this.keys.verify(key);
    if (!owner) {
      logRefusal(key === '' ? this.missingKey() : this.unknownKey());
      throw new UnauthorizedException();
    }
    const { name, tenant, scopes, roles } = owner;
    // A handler may change it, and other requests have the same owner.
    request.user = {
      sub: name,
      iss: 'api-key',
      [this.options.tenantClaim]: tenant,
      scopes: scopes?.slice(),
      roles: roles?.slice(),
    };
    return true;
  }

  private missingKey(): string {
    return `it has no key, neither in "${this.apiKey.header}" nor as a bearer token`;
  }

  private unknownKey(): string {
    return this.apiKey.provider
      ? 'its key is unknown to "auth.apiKey.provider"'
      : 'its key is not in "auth.apiKey.keys"';
  }
}

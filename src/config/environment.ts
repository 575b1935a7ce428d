import { IsIn, IsOptional, IsString, IsUrl, Matches, MinLength, ValidateIf } from 'class-validator';
import { ApiKeys, type ApiKey } from './decorators/api-keys.decorator.js';
import { CommaSeparated } from './decorators/comma-separated.decorator.js';
import { IsAddressRange } from './decorators/is-address-range.decorator.js';
import { IsCompanionRoute } from './decorators/is-companion-route.decorator.js';
import { IsHost } from './decorators/is-host.decorator.js';
import { IsOrigin } from './decorators/is-origin.decorator.js';
import { IsRoute } from './decorators/is-route.decorator.js';
import { WholeNumber } from './decorators/whole-number.decorator.js';

const ADAPTERS = ['express', 'fastify'] as const;
const AUTHENTICATIONS = ['none', 'jwt', 'api-key'] as const;

/** The environment variables that the application reads, with their defaults. `.env.example` explains them. */
export class Environment {
  @WholeNumber({ min: 0, max: 65_535 })
  readonly PORT: number = 3000;

  @IsHost()
  readonly HOST: string = '127.0.0.1';

  @IsIn(ADAPTERS, { message: `$property must be one of: ${ADAPTERS.join(', ')}` })
  readonly HTTP_ADAPTER: (typeof ADAPTERS)[number] = 'express';

  @IsOrigin({ each: true })
  @CommaSeparated()
  readonly CORS_ORIGINS: string[] = [];

  @IsIn(AUTHENTICATIONS, { message: `$property must be one of: ${AUTHENTICATIONS.join(', ')}` })
  readonly MCP_AUTH: (typeof AUTHENTICATIONS)[number] = 'none';

  @ValidateIf(
    ({ MCP_AUTH, MCP_JWT_SECRET }: Environment) => MCP_AUTH === 'jwt' || MCP_JWT_SECRET !== undefined,
  )
  @MinLength(32, { message: '$property must have at least 32 characters; MCP_AUTH=jwt needs it' })
  readonly MCP_JWT_SECRET?: string;

  @IsOptional()
  @IsString()
  readonly MCP_JWT_ISSUER?: string;

  @IsOptional()
  @IsString()
  readonly MCP_JWT_AUDIENCE?: string;

  @ValidateIf(({ MCP_AUTH, MCP_API_KEYS }: Environment) => MCP_AUTH === 'api-key' || MCP_API_KEYS.length > 0)
  @ApiKeys()
  readonly MCP_API_KEYS: ApiKey[] = [];

  @IsRoute()
  readonly MCP_SSE_PATH: string = '/sse';

  @IsCompanionRoute('MCP_SSE_PATH')
  @IsRoute()
  readonly MCP_MESSAGES_PATH: string = '/messages';

  @IsRoute()
  readonly MCP_HTTP_PATH: string = '/mcp';

  /** `false` and 0 send none. */
  @WholeNumber({ min: 0, max: 3_600_000, orFalse: true })
  readonly MCP_HEARTBEAT_MS: number | false = 15_000;

  /** As long as whoever routes requests takes to notice that the node is not ready. */
  @WholeNumber({ min: 0, max: 600_000 })
  readonly MCP_DRAIN_PROPAGATION_MS: number = 0;

  @WholeNumber({ min: 0, max: 600_000 })
  readonly MCP_DRAIN_DEADLINE_MS: number = 15_000;

  @IsOptional()
  @IsUrl(
    {
      protocols: ['http', 'https'],
      require_protocol: true,
      require_tld: false,
      allow_query_components: false,
      allow_fragments: false,
      disallow_auth: true,
    },
    { message: '$property must be a URL such as https://example.com/api, without a query or a fragment' },
  )
  readonly MCP_PUBLIC_URL?: string;

  @Matches(/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i, {
    each: true,
    message: '$property must name hosts such as mcp.example.com or localhost:3000',
  })
  @CommaSeparated()
  readonly MCP_ALLOWED_HOSTS: string[] = [];

  @IsOrigin({ each: true })
  @CommaSeparated()
  readonly MCP_ALLOWED_ORIGINS: string[] = [];

  @IsAddressRange({ each: true })
  @CommaSeparated()
  readonly MCP_TRUSTED_PROXIES: string[] = [];
}

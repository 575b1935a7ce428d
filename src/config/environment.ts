import { IsIn, IsOptional, IsString, IsUrl, Matches, MinLength, ValidateIf } from 'class-validator';
import type { McpApiKey } from 'nestjs-mcp-sse';
import { ApiKeys, IsNameOfKey } from './decorators/api-key.decorators.js';
import { CommaSeparated, TrueOrFalse, WholeNumber } from './decorators/text-value.decorators.js';
import { IsAddressRange, IsHost, IsOrigin } from './decorators/network-address.decorators.js';
import { IsCompanionRoute, IsRoute } from './decorators/route.decorators.js';
import { IsSetWithout } from './decorators/is-set-without.decorator.js';

const ADAPTERS = ['express', 'fastify'] as const;
const AUTHENTICATIONS = ['none', 'jwt', 'introspection', 'api-key'] as const;
const FAMILIES = ['HS', 'RS', 'PS', 'ES'] as const;
const SIZES = [256, 384, 512] as const;
const ALGORITHMS = FAMILIES.flatMap((family) => SIZES.map((size) => `${family}${size}` as const));
const WEB_ADDRESS = {
  protocols: ['http', 'https'],
  require_protocol: true,
  require_tld: false,
  disallow_auth: true,
};
const API_ADDRESS = { ...WEB_ADDRESS, allow_query_components: false, allow_fragments: false };
const API_MESSAGE = '$property must be a URL such as https://example.com/v1, without a query or a fragment';

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
    ({ MCP_AUTH, MCP_JWT_SECRET, MCP_JWKS_URI }: Environment) =>
      (MCP_AUTH === 'jwt' && MCP_JWKS_URI === undefined) || MCP_JWT_SECRET !== undefined,
  )
  @MinLength(32, {
    message: '$property must have at least 32 characters; MCP_AUTH=jwt needs it, or MCP_JWKS_URI',
  })
  readonly MCP_JWT_SECRET?: string;

  @IsOptional()
  @IsUrl(WEB_ADDRESS, { message: '$property must be a URL such as https://login.example.com/jwks' })
  @IsSetWithout('MCP_JWT_SECRET')
  readonly MCP_JWKS_URI?: string;

  /** Empty for the library's defaults. */
  @IsIn(ALGORITHMS, { each: true, message: `$property must list some of: ${ALGORITHMS.join(', ')}` })
  @CommaSeparated()
  readonly MCP_JWT_ALGORITHMS: (typeof ALGORITHMS)[number][] = [];

  @IsOptional()
  @IsString()
  readonly MCP_JWT_ISSUER?: string;

  @IsString({ each: true })
  @CommaSeparated()
  readonly MCP_JWT_AUDIENCE: string[] = [];

  @IsString()
  readonly MCP_JWT_TENANT_CLAIM: string = 'tenant';

  @WholeNumber({ min: 0, max: 300 })
  readonly MCP_JWT_CLOCK_TOLERANCE_SECONDS: number = 0;

  @ValidateIf(isIntrospected)
  @IsUrl(WEB_ADDRESS, {
    message:
      '$property must be a URL such as https://login.example.com/introspect; MCP_AUTH=introspection needs it',
  })
  readonly MCP_INTROSPECTION_URL?: string;

  @ValidateIf(isIntrospected)
  @IsString({ message: '$property must be set; MCP_AUTH=introspection needs it' })
  readonly MCP_INTROSPECTION_CLIENT_ID?: string;

  @ValidateIf(isIntrospected)
  @IsString({ message: '$property must be set; MCP_AUTH=introspection needs it' })
  readonly MCP_INTROSPECTION_CLIENT_SECRET?: string;

  @IsString({ each: true })
  @CommaSeparated()
  readonly MCP_INTROSPECTION_AUDIENCE: string[] = [];

  @IsUrl(WEB_ADDRESS, { each: true, message: '$property must list URLs such as https://login.example.com' })
  @CommaSeparated()
  readonly MCP_AUTHORIZATION_SERVERS: string[] = [];

  @Matches(/^[!#-[\]-~]+$/, {
    each: true,
    message: '$property must list words without quotes, such as orders:read',
  })
  @CommaSeparated()
  readonly MCP_SCOPES_SUPPORTED: string[] = [];

  @ValidateIf(({ MCP_AUTH, MCP_API_KEYS }: Environment) => MCP_AUTH === 'api-key' || MCP_API_KEYS.length > 0)
  @ApiKeys()
  readonly MCP_API_KEYS: McpApiKey[] = [];

  @Matches(/^[\w-]+$/, { message: '$property must be the name of a header, such as X-API-Key' })
  readonly MCP_API_KEY_HEADER: string = 'X-API-Key';

  /** All other keys may only read. */
  @IsNameOfKey({ each: true })
  @CommaSeparated()
  readonly MCP_API_KEY_EDITORS: string[] = [];

  /** 0 means no limit, here and below. */
  @WholeNumber({ min: 0, max: 1_000_000 })
  readonly MCP_RATE_LIMIT_REQUESTS: number = 600;

  @WholeNumber({ min: 0, max: 1_000_000 })
  readonly MCP_RATE_LIMIT_FAILURES: number = 20;

  @IsRoute()
  readonly MCP_SSE_PATH: string = '/sse';

  @IsCompanionRoute('MCP_SSE_PATH')
  @IsRoute()
  readonly MCP_MESSAGES_PATH: string = '/messages';

  @IsRoute()
  readonly MCP_HTTP_PATH: string = '/mcp';

  /** `false` or 0 sends none. */
  @WholeNumber({ min: 0, max: 3_600_000, orFalse: true })
  readonly MCP_HEARTBEAT_MS: number | false = 15_000;

  /** Default: `on`, but `off` with NODE_ENV=production. */
  @IsOptional()
  @IsIn(['on', 'off'], { message: '$property must be on or off' })
  readonly MCP_CONSOLE?: 'on' | 'off';

  @IsString({ each: true })
  @CommaSeparated()
  readonly MCP_CONSOLE_ROLES: string[] = [];

  /** The time that the load balancer needs to notice that the node is not ready. */
  @WholeNumber({ min: 0, max: 600_000 })
  readonly MCP_DRAIN_PROPAGATION_MS: number = 0;

  @WholeNumber({ min: 0, max: 600_000 })
  readonly MCP_DRAIN_DEADLINE_MS: number = 15_000;

  @IsOptional()
  @IsUrl(API_ADDRESS, { message: API_MESSAGE })
  readonly MCP_PUBLIC_URL?: string;

  @Matches(/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i, {
    each: true,
    message: '$property must list hosts such as mcp.example.com or localhost:3000',
  })
  @CommaSeparated()
  readonly MCP_ALLOWED_HOSTS: string[] = [];

  @IsOrigin({ each: true })
  @CommaSeparated()
  readonly MCP_ALLOWED_ORIGINS: string[] = [];

  @IsAddressRange({ each: true })
  @CommaSeparated()
  readonly MCP_TRUSTED_PROXIES: string[] = [];

  /** `MetricsModule` also reads it directly, before the environment is validated. */
  @TrueOrFalse()
  readonly MCP_METRICS: boolean = false;

  @MinLength(16, { message: '$property must have at least 16 characters' })
  @IsOptional()
  readonly MCP_METRICS_TOKEN?: string;

  /** As MCP_METRICS. */
  @TrueOrFalse()
  readonly MCP_TRACING: boolean = false;

  @IsOptional()
  @IsUrl(
    {
      protocols: ['redis', 'rediss'],
      require_protocol: true,
      require_tld: false,
      require_valid_protocol: true,
    },
    { message: '$property must be a URL such as redis://localhost:6379, or rediss:// for TLS' },
  )
  readonly MCP_REDIS_URL?: string;

  @MinLength(32, { each: true, message: '$property must list secrets of at least 32 characters' })
  @CommaSeparated()
  readonly MCP_INPUT_KEYS: string[] = [];

  @IsUrl(API_ADDRESS, { message: API_MESSAGE })
  readonly HN_API_URL: string = 'https://hacker-news.firebaseio.com/v0';

  @IsOptional()
  @MinLength(16, { message: '$property must have at least 16 characters' })
  readonly HN_API_TOKEN?: string;

  @IsUrl(API_ADDRESS, { message: API_MESSAGE })
  readonly HN_SEARCH_URL: string = 'https://hn.algolia.com/api/v1';

  @WholeNumber({ min: 1, max: 60_000 })
  readonly HN_TIMEOUT_MS: number = 5_000;
}

function isIntrospected({ MCP_AUTH }: Environment): boolean {
  return MCP_AUTH === 'introspection';
}

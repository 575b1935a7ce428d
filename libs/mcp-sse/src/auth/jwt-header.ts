/** What a JWT says of its signature. None of it is verified. */
export interface JwtHeader {
  readonly alg?: string;
  readonly kid?: string;
  readonly crit?: unknown;
}

/** @throws {SyntaxError} when it is none */
export function jwtHeader(token: string): JwtHeader {
  const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0]!, 'base64url').toString());
  const { alg, kid, crit } = Object(header) as Record<string, unknown>;
  return { alg: text(alg), kid: text(kid), crit };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

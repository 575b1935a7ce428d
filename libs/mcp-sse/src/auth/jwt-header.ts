/** What a JWT says of itself before its signature is verified. */
export interface JwtHeader {
  readonly alg?: string;
  readonly kid?: string;
  readonly typ?: unknown;
  readonly crit?: unknown;
}

/** @throws {SyntaxError} when it is none */
export function jwtHeader(token: string): JwtHeader {
  const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0]!, 'base64url').toString());
  const { alg, kid, typ, crit } = Object(header) as Record<string, unknown>;
  return { alg: text(alg), kid: text(kid), typ, crit };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

import { BadRequestException } from '@nestjs/common';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';

type Query = Readonly<Record<string, unknown>>;

const MAX_LENGTH = 1_024;

/** Names of credentials, and words that make a name one. */
const WORDS = /^(key|code)$|(^|[^a-z])(auth|sid|sig|pass|pwd|otp|ticket|assertion)($|[^a-z])/;
const PARTS =
  /token|secret|passw|passphrase|credential|authori[sz]ation|signature|session|cookie|jwt|bearer|api[^a-z]?key|(access|private|subscription|function|auth)[^a-z]?(key|code)/;

/** The parameters of a stream's query that are part of its endpoint, as `sse.endpointQuery` names them. */
export class KeptQuery {
  private readonly names: readonly string[];

  /** @throws {McpConfigurationError} when an option names what carries a credential */
  constructor({ sse, stored }: Pick<ResolvedOptions, 'sse' | 'stored'>) {
    this.names = sse.endpointQuery;
    assertHarmless(sse.endpointQuery, 'sse.endpointQuery');
    assertHarmless(stored.query, 'stored.query');
  }

  /**
   * The part of the endpoint's query that follows the session.
   *
   * @throws {BadRequestException} for values that are not text, or too long
   */
  suffixOf(query: Query): string {
    const suffix = this.textOf(query);
    if (suffix !== undefined) return suffix;
    throw new BadRequestException(
      `The query parameters ${this.names.join(', ')} must be text, of ${MAX_LENGTH} characters in all at most.`,
    );
  }

  /** Whether a request has the kept parameters that the session's stream had, or neither has any. */
  isSame(session: Query, request: { readonly query: Query }): boolean {
    return this.names.length === 0 || this.textOf(session) === this.textOf(request.query);
  }

  /** @returns undefined for values that are not kept */
  private textOf(query: Query): string | undefined {
    if (this.names.length === 0) return '';
    const kept = new URLSearchParams();
    for (const name of this.names) {
      const values = Object.hasOwn(query, name) ? [query[name]].flat() : [];
      for (const value of values) {
        if (typeof value !== 'string') return undefined;
        kept.append(name, value);
      }
    }
    const text = kept.toString();
    if (text.length > MAX_LENGTH) return undefined;
    return text === '' ? '' : `&${text}`;
  }
}

function assertHarmless(names: readonly string[], option: string): void {
  const empty = names.find((name) => typeof name !== 'string' || name === '');
  if (empty !== undefined) throw new McpConfigurationError(`"${option}" must list names that are not empty.`);
  const wrong = names.find(isOfCredential);
  if (wrong !== undefined)
    throw new McpConfigurationError(
      `"${option}" names "${wrong}", which sounds like a credential: URLs end in logs, and a cluster stores it in plain ` +
        'text. Send credentials in headers, or give the parameter another name.',
    );
}

function isOfCredential(name: string): boolean {
  const words = name.replaceAll(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  return WORDS.test(words) || PARTS.test(words) || PARTS.test(name.toLowerCase());
}

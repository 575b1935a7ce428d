import { Logger, ServiceUnavailableException } from '@nestjs/common';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { isLoopbackName } from './loopback.js';

/** Key sets and introspection responses take a few kilobytes. */
const MAX_BYTES = 1024 * 1024;

/** No token can be verified now. Answered with 503: on 401, clients would discard tokens that may be valid. */
export class AuthorizationServerException extends ServiceUnavailableException {
  constructor() {
    super('The authorization server does not answer, so no token can be checked. Try again later.');
  }
}

/** Fetches JSON from an authorization server. Logs once when it stops answering and once when it answers again. */
export class AuthorizationServerClient {
  private readonly logger = new Logger('McpSseModule');
  /** The URL without its query, which could hold a secret. */
  private readonly address: string;
  private isDown = false;

  /**
   * @param option name of the option that holds the URL, for the messages
   * @throws {McpConfigurationError}
   */
  constructor(
    private readonly url: string,
    private readonly timeoutMs: number,
    option: string,
  ) {
    if (!URL.canParse(url) || !/^https?:\/\//i.test(url) || /^https?:\/\/[^/]*@/i.test(url))
      throw new McpConfigurationError(
        `"${option}" must be a URL such as https://login.example.com/path, without a user or a password.`,
      );
    const { origin, pathname, protocol, hostname } = new URL(url);
    this.address = `${origin}${pathname}`;
    if (protocol === 'http:' && !isLoopbackName(hostname))
      this.logger.warn(
        `"${option}" is ${this.address}: without TLS, whoever is on the way decides which tokens are valid. ` +
          'Use https, or a network that encrypts below.',
      );
  }

  /**
   * @param parse reads the response, a JSON object; throws when its shape is wrong
   * @throws {AuthorizationServerException} when the request fails or the response is unusable
   */
  async fetchJson<T>(parse: (json: Record<string, unknown>) => T, init: RequestInit = {}): Promise<T> {
    try {
      const json = parse(await this.request(init));
      if (this.isDown) this.logger.log(`${this.address} answers again.`);
      this.isDown = false;
      return json;
    } catch (error) {
      if (!this.isDown)
        this.logger.error(`${this.address} does not answer, so requests get 503: ${reason(error)}`);
      this.isDown = true;
      throw new AuthorizationServerException();
    }
  }

  private async request(init: RequestInit): Promise<Record<string, unknown>> {
    const signal = AbortSignal.timeout(this.timeoutMs);
    const headers = { accept: 'application/json', ...init.headers };
    const response = await fetch(this.url, { ...init, headers, redirect: 'error', signal });
    const text = await bodyOf(response);
    if (!response.ok) throw new Error(`it responded ${response.status}`);
    return objectOf(text);
  }
}

function objectOf(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    // The parser's own message would quote the response, which may repeat a token.
    throw new Error('it returned invalid JSON');
  }
}

async function bodyOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`it returned more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The message of a `fetch` error, with its cause. */
function reason(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { code?: string; message?: string } };
  const detail = cause?.code ?? cause?.message;
  return detail === undefined ? message : `${message} (${detail})`;
}

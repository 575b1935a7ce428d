import { OWN_CALL } from '../model/call.js';

/**
 * The response that guards, interceptors and filters written for HTTP find in a call. What they set on it is dropped:
 * the call's result or exception is the answer. It has the methods of Express's and Fastify's responses that such code
 * uses; all of them can be chained.
 */
export class McpResponse {
  statusCode = 200;
  readonly headersSent = false;
  readonly sent = false;
  readonly locals: Record<string, unknown> = {};
  /** In the place of Node's response in Fastify's replies. */
  readonly raw = this;
  private headers?: Map<string, unknown>;

  get [OWN_CALL](): true {
    return true;
  }

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  code(code: number): this {
    return this.status(code);
  }

  set(name: string, value: unknown): this {
    (this.headers ??= new Map()).set(name.toLowerCase(), value);
    return this;
  }

  header(name: string, value: unknown): this {
    return this.set(name, value);
  }

  setHeader(name: string, value: unknown): this {
    return this.set(name, value);
  }

  append(name: string, value: unknown): this {
    return this.set(name, value);
  }

  appendHeader(name: string, value: unknown): this {
    return this.set(name, value);
  }

  get(name: string): unknown {
    return this.headers?.get(name.toLowerCase());
  }

  getHeader(name: string): unknown {
    return this.get(name);
  }

  removeHeader(name: string): void {
    this.headers?.delete(name.toLowerCase());
  }

  type(): this {
    return this;
  }

  vary(): this {
    return this;
  }

  cookie(): this {
    return this;
  }

  clearCookie(): this {
    return this;
  }

  on(): this {
    return this;
  }

  once(): this {
    return this;
  }

  json(): this {
    return this;
  }

  send(): this {
    return this;
  }

  end(): this {
    return this;
  }
}

import type { ConnectionPool } from './connection-pool.js';
import type { Exchange } from './exchange.js';
import { McpSession } from './mcp-session.js';
import { post, type PostReader } from './post.js';

const VERSION = '2026-07-28';
const META =
  `"io.modelcontextprotocol/protocolVersion":"${VERSION}",` +
  '"io.modelcontextprotocol/clientInfo":{"name":"bench","version":"1.0.0"},' +
  '"io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}}}';
const META_START = '"_meta":{';

/** A client of revision 2026-07-28. It has no session: each request says all that the server needs to know. */
export class ModernSession extends McpSession {
  readonly ordered = true;
  private readonly head: string;
  private readonly reader: PostReader = {
    message: (json) => this.receive(json),
    fail: (error) => this.fail(error),
  };

  constructor(
    { pathname, host }: URL,
    private readonly pool: ConnectionPool,
  ) {
    super();
    this.head =
      `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\n` +
      'Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n' +
      `Mcp-Protocol-Version: ${VERSION}\r\n`;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  protected override send({ id, method, name, params }: Exchange): Promise<void> {
    const named = name === undefined ? '' : `Mcp-Name: ${name}\r\n`;
    const head = `${this.head}Mcp-Method: ${method}\r\n${named}`;
    const body = `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${withMeta(params)}}`;
    return post(this.pool, head, body, this.reader);
  }

  protected post(body: string): Promise<void> {
    return post(this.pool, this.head, body, this.reader);
  }
}

/** @param params JSON of an object, whose `_meta` is not empty */
function withMeta(params: string): string {
  if (params === '{}') return `{${META_START}${META}}}`;
  return params.includes(META_START)
    ? params.replace(META_START, `${META_START}${META},`)
    : `${params.slice(0, -1)},${META_START}${META}}}`;
}

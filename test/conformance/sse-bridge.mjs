import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * Connects a Streamable HTTP client to an HTTP+SSE server, so that the suite, which supports only Streamable HTTP, can
 * test HTTP+SSE. Messages pass unchanged: each POST is forwarded, and its response is the part of the session's stream
 * that belongs to it.
 *
 * @param {string} sseUrl URL of the server's stream
 * @returns {Promise<{ url: string, stop(): void }>} the bridge's URL
 */
export async function startBridge(sseUrl) {
  const sessions = new Map();
  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(502);
      response.end(String(error));
    });
  });

  async function serve(request, response) {
    const session = sessions.get(request.headers['mcp-session-id']);
    if (request.method === 'POST') return post(request, response, session);
    if (!session) return response.writeHead(404).end();
    if (request.method === 'GET') return session.listen(response);
    session.close();
    sessions.delete(session.id);
    return response.writeHead(200).end();
  }

  async function post(request, response, known) {
    const chunks = await request.toArray();
    const text = Buffer.concat(chunks).toString();
    const session = known ?? (await UpstreamSession.open(sseUrl));
    sessions.set(session.id, session);
    await session.post(text, response);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      for (const session of sessions.values()) session.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

class UpstreamSession {
  id = randomUUID();
  waiting = new Map();
  listener = undefined;
  controller = new AbortController();

  static async open(sseUrl) {
    const session = new UpstreamSession();
    const response = await fetch(sseUrl, {
      headers: { accept: 'text/event-stream' },
      signal: session.controller.signal,
    });
    const events = eventsOf(response.body);
    const { value: endpoint } = await events.next();
    session.endpoint = new URL(endpoint.data, sseUrl);
    session.pump(events).catch(() => undefined);
    return session;
  }

  async pump(events) {
    for await (const { event, data } of events) if (event === 'message') this.deliver(JSON.parse(data), data);
  }

  /** Sends a message to the POST that it answers, else to the newest waiting POST, else to the GET stream. */
  deliver(message, data) {
    const isAnswer = message.method === undefined;
    const response = isAnswer
      ? this.waiting.get(message.id)
      : ([...this.waiting.values()].at(-1) ?? this.listener);
    response?.write(`event: message\ndata: ${data}\n\n`);
    if (!isAnswer) return;
    this.waiting.delete(message.id);
    response?.end();
  }

  async post(text, response) {
    const { id, method } = JSON.parse(text);
    const isRequest = id !== undefined && method !== undefined;
    if (isRequest) this.waiting.set(id, startStream(response, this.id));
    const { status } = await fetch(this.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: text,
    });
    if (!isRequest) response.writeHead(status).end();
    else if (status !== 202) response.destroy();
  }

  listen(response) {
    this.listener = startStream(response, this.id);
  }

  close() {
    this.controller.abort();
    this.listener?.end();
  }
}

function startStream(response, sessionId) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'mcp-session-id': sessionId });
  response.flushHeaders();
  return response;
}

async function* eventsOf(body) {
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n');
    text = blocks.pop();
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => line.split(/: ?(.*)/s));
      const event = Object.fromEntries(fields);
      if (event.data !== undefined) yield event;
    }
  }
}

import Fastify from 'fastify';
import { serveRaw } from './common.mjs';
const mode = process.argv[2];
const f = Fastify(); f.removeAllContentTypeParsers(); f.addContentTypeParser('*', (r, p, d) => d(null));
f.post('/mcp', (q, r) => { r.hijack(); serveRaw(q.raw, r.raw, mode); });
f.get('/mcp', (q, r) => { r.hijack(); r.raw.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders(); });
f.delete('/mcp', (q, r) => { r.hijack(); r.raw.writeHead(200).end(); });
f.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });

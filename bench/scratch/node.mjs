import { createServer } from 'node:http';
import { serveRaw } from './common.mjs';
const mode = process.argv[2];
createServer((q, s) => { if (q.method === 'GET') s.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders(); else if (q.method === 'DELETE') s.writeHead(200).end(); else serveRaw(q, s, mode); }).listen(Number(process.env.PORT), '127.0.0.1');

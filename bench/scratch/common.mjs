import { answer } from '../dist/bench/floor/answer.js';
import { randomUUID } from 'node:crypto';
export function serveRaw(raw, res, mode) {
  const done = (text) => {
    const message = JSON.parse(text);
    if (message.id === undefined) { res.writeHead(202).end(); return; }
    const reply = answer(message, () => {});
    const body = JSON.stringify(reply);
    if (message.method === 'initialize') res.setHeader('Mcp-Session-Id', randomUUID());
    if (mode === 'imm') { res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }); setImmediate(() => res.end(body)); }
    else res.writeHead(200, { 'Content-Type': 'application/json' }).end(body);
  };
  if (raw.complete && raw.readableFlowing === null && raw.readableLength > 0) { const b = raw.read(); raw.resume(); return done(b.toString()); }
  let t = []; raw.on('data', (c) => t.push(c)); raw.on('end', () => done(Buffer.concat(t).toString()));
}

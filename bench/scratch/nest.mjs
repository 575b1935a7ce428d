import 'reflect-metadata';
import * as common from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { serveRaw } from './common.mjs';
const [kind, guards, mode] = process.argv.slice(2);
const deco = (ds, t, k) => ds.forEach((d) => (k ? d(t.prototype, k, Object.getOwnPropertyDescriptor(t.prototype, k)) : d(t)));
class G { canActivate() { return true; } }
class F { catch() {} }
class C {
  message(req, res) { const raw = req.raw ?? req; if (res.hijack) res.hijack(); serveRaw(raw, res.raw ?? res, mode); }
  del(req, res) { if (res.hijack) res.hijack(); (res.raw ?? res).writeHead(200).end(); }
  sse(req, res) { if (res.hijack) res.hijack(); (res.raw ?? res).writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(); }
}
common.Catch()(F);
deco([common.Controller()], C);
common.Post('mcp')(C.prototype, 'message', Object.getOwnPropertyDescriptor(C.prototype, 'message'));
common.Get('mcp')(C.prototype, 'sse', Object.getOwnPropertyDescriptor(C.prototype, 'sse'));
common.Delete('mcp')(C.prototype, 'del', Object.getOwnPropertyDescriptor(C.prototype, 'del'));
for (const m of ['message', 'sse', 'del']) { common.Req()(C.prototype, m, 0); common.Res()(C.prototype, m, 1); }
if (guards === '2') { common.UseGuards(G)(C); common.UseGuards(class G2 extends G {})(C.prototype, 'message', Object.getOwnPropertyDescriptor(C.prototype, 'message')); common.UseFilters(F)(C); }
class M {}
common.Module({ controllers: [C] })(M);
const app = await NestFactory.create(M, kind === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(), { logger: ['error', 'warn'], bodyParser: kind === 'fastify' ? false : false });
if (kind === 'fastify') { const f = app.getHttpAdapter().getInstance(); f.removeAllContentTypeParsers(); f.addContentTypeParser('*', (r, p, d) => d(null)); }
await app.listen(Number(process.env.PORT), '127.0.0.1');

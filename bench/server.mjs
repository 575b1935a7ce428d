/**
 * The measured server on 127.0.0.1. Run `npm run build` first:
 *
 *     PORT=3000 node bench/server.mjs express|fastify [route] [--tls <folder with key.pem and cert.pem>]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { serve } from './dist/bench/server/serve.js';
import { BenchModule } from './dist/bench/server/bench.module.js';
import { RouteBenchModule } from './dist/bench/server/route-bench.module.js';

const { values, positionals } = parseArgs({ options: { tls: { type: 'string' } }, allowPositionals: true });
const [adapter, kind] = positionals;
const tls = values.tls && {
  key: readFileSync(`${values.tls}/key.pem`),
  cert: readFileSync(`${values.tls}/cert.pem`),
};
await serve(adapter, Number(process.env.PORT), kind === 'route' ? RouteBenchModule : BenchModule, tls);

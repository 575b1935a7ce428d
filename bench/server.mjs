/**
 * The measured server on 127.0.0.1. Run `npm run build` first:
 *
 *     PORT=3000 node bench/server.mjs express|fastify [route]
 */
import { serve } from './dist/bench/server/serve.js';
import { BenchModule } from './dist/bench/server/bench.module.js';
import { RouteBenchModule } from './dist/bench/server/route-bench.module.js';

const module = process.argv[3] === 'route' ? RouteBenchModule : BenchModule;
await serve(process.argv[2], Number(process.env.PORT), module);

/**
 * The measured server on 127.0.0.1. Run `npm run build` first:
 *
 *     PORT=3000 node bench/server.mjs express|fastify
 */
import { serve } from './dist/bench/server/serve.js';

await serve(process.argv[2], Number(process.env.PORT));

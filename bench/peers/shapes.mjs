import { FILLER_ARGUMENTS, MODES } from '../dist/bench/contract/tools.js';

/** The arguments of the tools, in the server's own zod: two majors are in use. */
export const shapesOf = (z) => ({
  echo: { message: z.string() },
  filler: {
    query: z.string().describe(FILLER_ARGUMENTS.query),
    limit: z.number().int().min(1).max(100).describe(FILLER_ARGUMENTS.limit),
    tags: z.array(z.string()).describe(FILLER_ARGUMENTS.tags),
    exact: z.boolean().describe(FILLER_ARGUMENTS.exact),
    mode: z.enum(MODES).describe(FILLER_ARGUMENTS.mode),
  },
});

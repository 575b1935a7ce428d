/**
 * The tools that every measured server offers. `echo` and `count` are called; the others make `tools/list` as long
 * as on a real server.
 */
export const ECHO = { name: 'echo', description: 'Returns the message it was given.' } as const;

/** Number of progress notifications of `count` before it returns. */
export const PROGRESS_EVENTS = 100;

export const COUNT = {
  name: 'count',
  description: `Reports progress ${PROGRESS_EVENTS} times, then returns.`,
} as const;

/** Offered only by servers that can ask their client without a session. */
export const ASK = { name: 'ask', description: 'Asks its client for a word, and returns it.' } as const;

/** What `ask` asks. */
export const QUESTION = {
  message: 'Which word?',
  requestedSchema: {
    type: 'object' as const,
    properties: { word: { type: 'string' as const } },
    required: ['word'],
  },
};

/** The result of `count`. */
export const COUNTED = 'done';

export const MODES = ['fast', 'full'] as const;

/** Descriptions of a filler's arguments. */
export const FILLER_ARGUMENTS = {
  query: 'What to look for',
  limit: 'How many results to return',
  tags: 'Only results with these tags',
  exact: 'Whether to match the query exactly',
  mode: 'How hard to look',
} as const;

const FILLER_COUNT = 48;

export const FILLERS = Array.from({ length: FILLER_COUNT }, (_, index) => ({
  name: `filler_${String(index + 1).padStart(2, '0')}`,
  description: `Filler tool ${index + 1}: makes tools/list as long as that of a real server.`,
}));

/** The argument names of each tool, for the load, which checks every list. */
export const ARGUMENT_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  [ECHO.name, ['message']],
  [COUNT.name, []],
  ...FILLERS.map(({ name }) => [name, Object.keys(FILLER_ARGUMENTS)] as const),
]);

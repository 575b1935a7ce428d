import { type Answer, answeredText, isAnswer } from './text-of.js';

/** What Jest and Vitest give to a matcher. */
interface MatcherState {
  readonly isNot?: boolean;
  equals(received: unknown, expected: unknown): boolean;
  readonly utils: {
    matcherHint(name: string, received?: string, expected?: string, options?: { isNot?: boolean }): string;
    printReceived(value: unknown): string;
    printExpected(value: unknown): string;
  };
}

interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/** The matchers of {@link mcpMatchers}, as `expect()` has them. */
export interface McpMatchers<R = void> {
  /**
   * The text of a tool's result, a resource or a prompt is the given one, or matches it. A failed tool has no text.
   * Several texts are joined by newlines.
   */
  toHaveText(expected: string | RegExp): R;
  /** The tool failed (`isError`), with a message that contains the given text, or matches it. */
  toBeToolError(message?: string | RegExp): R;
  /** The structured content of a tool's result equals the given one, which may have asymmetric matchers. */
  toHaveStructuredContent(expected: object): R;
}

/**
 * Matchers for results of a client, for Jest and Vitest:
 *
 * ```ts
 * expect.extend(mcpMatchers);
 * expect(await mcp.callTool({ name: 'roll' })).toHaveText(/^You rolled [1-6]$/);
 * ```
 *
 * Import `nestjs-mcp-sse/testing/jest` or `nestjs-mcp-sse/testing/vitest` for their types.
 */
export const mcpMatchers = {
  toHaveText(this: MatcherState, received: unknown, expected: string | RegExp): MatcherResult {
    const answer = asserted('toHaveText', received);
    const { isError } = answer;
    const text = answeredText(answer);
    const pass =
      isError !== true && (typeof expected === 'string' ? text === expected : matches(text, expected));
    const found = isError === true ? `The tool failed: ${this.utils.printReceived(text)}` : undefined;
    return verdict(this, 'toHaveText', pass, 'text', text, expected, found);
  },

  toBeToolError(this: MatcherState, received: unknown, message?: string | RegExp): MatcherResult {
    const answer = asserted('toBeToolError', received);
    const { isError } = answer;
    const text = answeredText(answer);
    const pass = isError === true && (message === undefined || matches(text, message));
    const found =
      isError === true
        ? undefined
        : `The tool did not fail. Received text: ${this.utils.printReceived(text)}`;
    return verdict(this, 'toBeToolError', pass, 'message', text, message, found);
  },

  toHaveStructuredContent(this: MatcherState, received: unknown, expected: object): MatcherResult {
    const answer = asserted('toHaveStructuredContent', received);
    const { isError, structuredContent } = answer;
    const pass = this.equals(structuredContent, expected);
    const found =
      isError === true
        ? `The tool failed: ${this.utils.printReceived(answeredText(answer))}`
        : structuredContent === undefined
          ? 'The result has no structured content. Give the tool an "output" schema.'
          : undefined;
    return verdict(
      this,
      'toHaveStructuredContent',
      pass,
      'structured content',
      structuredContent,
      expected,
      found,
    );
  },
};

function matches(text: string, expected: string | RegExp): boolean {
  return typeof expected === 'string' ? text.includes(expected) : text.search(expected) >= 0;
}

/** @throws {TypeError} for what is no result, such as a promise that was not awaited */
function asserted(matcher: string, received: unknown): Answer {
  if (isAnswer(received)) return received;
  const given =
    received instanceof Promise ? 'a promise. Await it' : received === null ? 'null' : typeof received;
  throw new TypeError(
    `${matcher}() takes the result of callTool(), readResource() or getPrompt(), but got ${given}.`,
  );
}

/** @param found says more than the value that was received, if the matcher fails */
function verdict(
  { isNot = false, utils }: MatcherState,
  matcher: string,
  pass: boolean,
  what: string,
  received: unknown,
  expected: unknown,
  found: string | undefined,
): MatcherResult {
  return {
    pass,
    message: () => {
      const lines = [
        utils.matcherHint(matcher, 'result', expected === undefined ? '' : 'expected', { isNot }),
        '',
      ];
      if (expected !== undefined)
        lines.push(`Expected ${what}: ${isNot ? 'not ' : ''}${utils.printExpected(expected)}`);
      lines.push((pass ? undefined : found) ?? `Received ${what}: ${utils.printReceived(received)}`);
      return lines.join('\n');
    },
  };
}

/**
 * Runs a step of `once()`.
 *
 * @returns the JSON of its result; undefined if it returned undefined
 * @throws {TypeError} when the result has no JSON
 */
export async function runStep(key: string, step: () => unknown): Promise<string | undefined> {
  const result = await step();
  try {
    return JSON.stringify(result);
  } catch (cause) {
    throw new TypeError(`The result of once("${key}") has no JSON. Return plain data.`, { cause });
  }
}

/** A copy of a step's result, as JSON carries it. */
export function stepResult<T>(json: string | undefined): T {
  return (json === undefined ? undefined : JSON.parse(json)) as T;
}

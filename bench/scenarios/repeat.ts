/** Runs a task a number of times, several at a time. */
export function repeat(times: number, atATime: number, task: () => Promise<void>): Promise<void> {
  let left = times;
  return repeatWhile(() => left-- > 0, Math.min(times, atATime), task);
}

/** Runs a task again and again, several at a time. @param goesOn asked before each run */
export async function repeatWhile(
  goesOn: () => boolean,
  atATime: number,
  task: () => Promise<void>,
): Promise<void> {
  const worker = async () => {
    while (goesOn()) await task();
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

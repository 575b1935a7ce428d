/** Runs a task a number of times, several at a time. */
export async function repeat(times: number, atATime: number, task: () => Promise<void>): Promise<void> {
  let left = times;
  const worker = async () => {
    while (left-- > 0) await task();
  };
  await Promise.all(Array.from({ length: Math.min(times, atATime) }, worker));
}

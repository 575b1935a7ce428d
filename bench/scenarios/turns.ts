/** Runs a slice of a measurement when nothing else is measured. */
export type Turn = <T>(slice: () => Promise<T>) => Promise<T>;

/** Into how many slices a measurement is divided. */
export const SLICES = 8;

/** Without others to wait for. */
export const alone: Turn = (slice) => slice();

/** For measurements that alternate: each waits with its next slice until the others have had theirs. */
export function alternating(): Turn {
  let last: Promise<unknown> = Promise.resolve();
  return (slice) => {
    const mine = last.then(slice);
    last = mine.catch(() => undefined);
    return mine;
  };
}

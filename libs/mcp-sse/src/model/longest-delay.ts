/** The longest delay of Node's timers, in milliseconds: about 24 days. A longer one runs at once. */
export const LONGEST_DELAY_MS = 2 ** 31 - 1;

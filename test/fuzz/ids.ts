import type { Id } from './acceptable.js';

/** Legal ids that a server may stumble over. */
export const ODD_IDS: readonly Id[] = [
  0,
  -1,
  1,
  '0',
  '1',
  '',
  ' ',
  '"',
  '\n',
  '__proto__',
  '☃',
  2 ** 53 - 1,
  'x'.repeat(500),
];
const FORMS: readonly ((count: number) => Id)[] = [
  (count) => count,
  (count) => `${count}`,
  (count) => `id ${count}`,
  (count) => -count - 1,
];
/** How many different forms an id can have. */
export const ID_FORMS = FORMS.length;

/** The ids of one client's requests, in the order that they are sent. */
export class Ids {
  private readonly taken: Id[] = [];

  /** One that was not there yet: the odd ones first. */
  fresh(form: number): Id {
    const count = this.taken.length + 1;
    const id = ODD_IDS[count - 1] ?? FORMS[form]!(count);
    this.taken.push(id);
    return id;
  }

  /** One that was there lately. @param back how many after it */
  recent(back: number): Id {
    return this.taken.at(-1 - Math.min(back, this.taken.length - 1)) ?? ODD_IDS[0]!;
  }
}

import type { Id } from './acceptable.js';

/** Valid ids that a server may mishandle. */
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
/** Number of different forms of ids. */
export const ID_FORMS = FORMS.length;

/** The ids of one client's requests, in the order of sending. */
export class Ids {
  private readonly taken: Id[] = [];

  /** A new id: the unusual ones first. */
  fresh(form: number): Id {
    const count = this.taken.length + 1;
    const id = ODD_IDS[count - 1] ?? FORMS[form]!(count);
    this.taken.push(id);
    return id;
  }

  /** A recent id. @param back the number of ids after it */
  recent(back: number): Id {
    return this.taken.at(-1 - Math.min(back, this.taken.length - 1)) ?? ODD_IDS[0]!;
  }
}

import type { Observable } from 'rxjs';

/** What the handler of a live resource returned for a client that watches it: it goes through interceptors whole. */
export class LiveResource {
  constructor(readonly updates$: Observable<unknown>) {}
}

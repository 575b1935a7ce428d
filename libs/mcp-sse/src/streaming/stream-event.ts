/** An event of a stream, ready to be written. */
export interface StreamEvent {
  readonly id: string;
  readonly type: 'endpoint' | 'message';
  readonly data: string;
}

/** A comment, which clients ignore: it keeps an idle connection open. */
export interface StreamComment {
  readonly comment: string;
}

/** What a client is told whose stream cannot go on. Not by 404, which would tell it that its session is gone. */
export const NOTHING_LOST = 'What came after this Last-Event-ID is not known, or there is nothing.';

/** What there are updates about. */
export const TOPICS = ['documents', 'messages'] as const;

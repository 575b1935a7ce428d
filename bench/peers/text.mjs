/** A result with one text. */
export const text = (value) => ({ content: [{ type: 'text', text: value }] });

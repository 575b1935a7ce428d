/** The keywords of one JSON Schema. */
export type Keywords = Readonly<Record<string, unknown>>;

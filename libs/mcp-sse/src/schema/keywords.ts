/** The keywords of one JSON Schema. */
export type Keywords = Readonly<Record<string, unknown>>;

const LOWER_BOUNDS = new Set(['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']);
const UPPER_BOUNDS = new Set(['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']);

/** Combines two schemas so that a value must match both. Keywords that cannot be merged go to `allOf`. */
export function mergeKeywords(first: Keywords, second: Keywords): Keywords {
  const merged: Record<string, unknown> = { ...first };
  const rest: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(second)) {
    const present = merged[keyword];
    if (present === undefined) merged[keyword] = value;
    else if (keyword === 'type' && isNumeric(present) && isNumeric(value))
      merged.type = present === value ? value : 'integer';
    else if (LOWER_BOUNDS.has(keyword)) merged[keyword] = Math.max(present as number, value as number);
    else if (UPPER_BOUNDS.has(keyword)) merged[keyword] = Math.min(present as number, value as number);
    else if (keyword === 'allOf') merged.allOf = [...(present as Keywords[]), ...(value as Keywords[])];
    else if (JSON.stringify(present) !== JSON.stringify(value)) rest[keyword] = value;
  }
  if (Object.keys(rest).length > 0) merged.allOf = [...((merged.allOf as Keywords[]) ?? []), rest];
  return merged;
}

function isNumeric(type: unknown): boolean {
  return type === 'integer' || type === 'number';
}

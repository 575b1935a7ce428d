/** Keywords whose values are schemas by name. */
const BY_NAME = ['properties', '$defs', 'definitions'];

/** The names, titles and descriptions of a schema's properties at every level, as one text. */
export function describedProperties(schema: unknown): string {
  const texts: string[] = [];
  collect(schema, texts);
  return texts.join(' ');
}

function collect(schema: unknown, texts: string[]): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [keyword, value] of Object.entries(schema) as [string, unknown][])
    if (BY_NAME.includes(keyword) && typeof value === 'object' && value !== null) {
      if (keyword === 'properties') texts.push(...Object.keys(value));
      for (const property of Object.values(value)) collect(property, texts);
    } else if ((keyword === 'description' || keyword === 'title') && typeof value === 'string')
      texts.push(value);
    else collect(value, texts);
}

import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';

/** Puts text between the comments `<!-- name -->` and `<!-- /name -->` of a Markdown file. */
export function writeSection(file: string, name: string, text: string): void {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const page = readFileSync(file, 'utf8');
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} needs the comments ${start} and ${end}.`);
  writeFileSync(file, `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`);
}

/** The same for Markdown that is still to be formatted, on the page of the benchmark. */
export async function writePerformance(name: string, markdown: string): Promise<void> {
  writeSection('docs/performance.md', name, (await format(markdown, { parser: 'markdown' })).trim());
}

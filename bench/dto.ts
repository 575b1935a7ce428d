/**
 * Measures what it costs to validate arguments, for class-transformer and class-validator alone and for this library:
 *
 *     npm run bench:dto [-- --docs]
 *
 * `--docs` writes the table to docs/performance.md.
 */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { plainToInstance } from 'class-transformer';
import { IsInt, IsString, validate } from 'class-validator';
import { format } from 'prettier';
import { loadClassPackages } from '../libs/mcp-sse/src/schema/class-packages.js';
import { compileSchema } from '../libs/mcp-sse/src/schema/compile-schema.js';
import { DTO_CASES } from './dto/dto-cases.js';
import { formatNumber } from './report/format-number.js';
import { writeSection } from './report/write-section.js';
import { median } from './run/statistics.js';

const OTHER_CLASSES = 1_000;
const ROUNDS = 7;
const ROUND_MS = 50;
const OPTIONS = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };

const { values } = parseArgs({ options: { docs: { type: 'boolean', default: false } } });

await loadClassPackages();
const measured = DTO_CASES.map(({ title, dto, value }) => {
  const schema = compileSchema(dto, title, 'input');
  return {
    title,
    operations: [() => validate(plainToInstance(dto, value), OPTIONS), () => schema.validate(value)],
  };
});
const alone = await measure();
await declareOtherClasses();
const amongOthers = await measure();

const others = `${OTHER_CLASSES.toLocaleString('en-US')} more classes`;
const titles = ['the two alone', 'this library'];
const table = [
  ['µs per call', ...titles, ...titles.map((title) => `${title}, ${others}`)],
  ['---', '---:', '---:', '---:', '---:'],
  ...measured.map(({ title }, index) => [title, ...alone[index]!, ...amongOthers[index]!]),
]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n');
process.stdout.write(`${table}\n`);
if (values.docs)
  writeSection('docs/performance.md', 'dto', (await format(table, { parser: 'markdown' })).trim());

/** Measures in turns. */
async function measure(): Promise<string[][]> {
  const times: number[][][] = measured.map(({ operations }) => operations.map(() => []));
  for (let round = 0; round < ROUNDS; round++)
    for (const [row, { operations }] of measured.entries())
      for (const [column, operation] of operations.entries())
        times[row]![column]!.push(await microsecondsOf(operation));
  return times.map((row) => row.map((found) => formatNumber(median(found)!)));
}

async function microsecondsOf(operation: () => unknown): Promise<number> {
  const start = performance.now();
  let elapsed = 0;
  let count = 0;
  for (; elapsed < ROUND_MS; elapsed = performance.now() - start)
    for (const end = count + 100; count < end; count++) await operation();
  return (elapsed / count) * 1_000;
}

/** Classes of other tools, each validated once: class-validator looks at all of them in each validation. */
async function declareOtherClasses(): Promise<void> {
  for (let count = 0; count < OTHER_CLASSES; count++) {
    class OtherDto {
      readonly name = 'a';
      readonly size = 1;
    }
    IsString()(OtherDto.prototype, 'name');
    IsInt()(OtherDto.prototype, 'size');
    await validate(new OtherDto());
  }
}

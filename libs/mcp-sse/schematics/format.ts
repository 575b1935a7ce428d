import { join } from 'node:path';
import type prettier from 'prettier';
import { installed } from './application.js';

type Prettier = typeof prettier;

/** The text of a new file, as the application's Prettier formats it, if it has one. */
export async function formatted(file: string, text: string): Promise<string> {
  const formatter = installed<Prettier>('prettier');
  return formatter ? formatter.format(text, await optionsFor(formatter, file)) : text;
}

/** The new text of a file, formatted if its text before was. */
export async function formattedAsBefore(file: string, before: string, text: string): Promise<string> {
  const formatter = installed<Prettier>('prettier');
  if (!formatter) return text;
  const options = await optionsFor(formatter, file);
  return (await formatter.check(before, options)) ? formatter.format(text, options) : text;
}

async function optionsFor(formatter: Prettier, file: string) {
  const filepath = join(process.cwd(), file);
  return { ...(await formatter.resolveConfig(filepath, { editorconfig: true })), filepath };
}

import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/** Reads the file of an app, once for production and each time otherwise, so that a change shows without a restart. */
export class AppFile {
  private constructor(
    private readonly path: string | URL,
    private readonly where: string,
    private readonly html: string,
  ) {}

  /**
   * @param where the app is declared, for messages
   * @throws {McpConfigurationError} when it cannot be read, or is no HTML
   */
  static async open(path: string | URL, where: string): Promise<AppFile> {
    if (typeof path === 'string' && !isAbsolute(path))
      throw new McpConfigurationError(
        `${where}: "file" is "${path}", which depends on where the process starts. Give the absolute path: ` +
          `join(import.meta.dirname, '${path}'), or join(__dirname, '${path}') in CommonJS.`,
      );
    return new AppFile(path, where, await readHtml(path, where));
  }

  read(): string | Promise<string> {
    return process.env['NODE_ENV'] === 'production' ? this.html : readHtml(this.path, this.where);
  }
}

async function readHtml(path: string | URL, where: string): Promise<string> {
  const html = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new McpConfigurationError(`${where}: "file" ${String(path)} cannot be read: ${adviceOn(error)}`, {
      cause: error,
    });
  });
  if (!isHtml(html))
    throw new McpConfigurationError(
      `${where}: "file" ${String(path)} has no HTML in it. An app is an HTML document.`,
    );
  return html;
}

/** Whether a text begins as HTML does. */
export function isHtml(text: string): boolean {
  return /^\s*<[!a-z]/i.test(text);
}

function adviceOn({ code, message }: NodeJS.ErrnoException): string {
  if (code !== 'ENOENT') return message;
  return (
    'there is none. If it stands beside the source, have the build copy it: ' +
    `"compilerOptions": { "assets": ["**/*.html"], "watchAssets": true } in nest-cli.json.`
  );
}

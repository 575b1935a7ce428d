import { expect, it } from '@jest/globals';
import { McpRegistry } from 'nestjs-mcp-sse';
import { appPerTest } from '../fixtures/app-per-test.js';

const { start } = appPerTest();

it('A class came too late', async () => {
  const { app } = await start({});
  const { IsString } = await import('class-validator');
  class NoteDto {
    @IsString()
    text!: string;
  }
  expect(() => app.get(McpRegistry).addTool({ name: 'note', input: NoteDto }, () => 'noted')).toThrow(
    'NoteDto needs the package class-validator, which was not loaded when the application started, because nothing ' +
      'needed it then. Import the class before the application starts, such as in the file of a module.',
  );
});

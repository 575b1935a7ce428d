import type { Feature } from './feature.js';

interface ToolText {
  readonly description: string;
  readonly argument: string;
  readonly argumentDescription: string;
  /** The text before the argument's value in the answer. */
  readonly answer: string;
}

/** A tool with one argument, and texts for its author to replace. */
export const tool = toolWith({
  description: 'TODO: say when the model should call this tool',
  argument: 'query',
  argumentDescription: 'TODO: say what the model should pass',
  answer: 'Found',
});

/** The tool that `nest add` gives to an application. */
export const exampleTool = toolWith({
  description: 'Greets somebody by name',
  argument: 'name',
  argumentDescription: 'Who to greet',
  answer: 'Hello,',
});

function toolWith({ description, argument, argumentDescription, answer }: ToolText): Feature {
  return {
    kind: 'tool',
    validates: true,
    source: ({ pascal, camel, unique }) => `import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpSchema, McpTool } from 'nestjs-mcp-sse';

export class ${pascal}Dto {
  @McpSchema({ description: '${argumentDescription}' })
  @IsString()
  readonly ${argument}!: string;
}

@Injectable()
export class ${pascal}Tool {
  @McpTool({
    name: '${unique}',
    description: '${description}',
  })
  ${camel}({ ${argument} }: ${pascal}Dto): string {
    return \`${answer} \${${argument}}\`;
  }
}
`,
    tests: ({ unique }) => `  it('answers', async () => {
    const result = await mcp.callTool({
      name: '${unique}',
      arguments: { ${argument}: 'Ada' },
    });
    expect(textOf(result)).toBe('${answer} Ada');
  });

  it('refuses arguments that its schema does not allow', async () => {
    const result = await mcp.callTool({
      name: '${unique}',
      arguments: { ${argument}: 1 },
    });
    expect(result).toMatchObject({ isError: true });
  });
`,
  };
}

import type { Feature } from './feature.js';

/** A prompt with one argument. */
export const prompt: Feature = {
  kind: 'prompt',
  validates: true,
  source: ({ pascal, camel, unique }) => `import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpPrompt, McpSchema } from 'nestjs-mcp-sse';

export class ${pascal}Dto {
  @McpSchema({ description: 'TODO: say what to ask the user for' })
  @IsString()
  readonly subject!: string;
}

@Injectable()
export class ${pascal}Prompt {
  @McpPrompt({
    name: '${unique}',
    description: 'TODO: say what the prompt is good for',
  })
  ${camel}({ subject }: ${pascal}Dto): string {
    return \`Tell me about \${subject}.\`;
  }
}
`,
  tests: ({ unique }) => `  it('asks the model', async () => {
    const result = await mcp.getPrompt({
      name: '${unique}',
      arguments: { subject: 'tea' },
    });
    expect(textOf(result)).toBe('Tell me about tea.');
  });
`,
};

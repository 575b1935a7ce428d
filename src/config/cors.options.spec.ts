import { describe, expect, it } from '@jest/globals';
import { corsOptions } from './cors.options.js';
import { validateEnvironment } from './validate-environment.js';

describe('corsOptions', () => {
  it('is off without origins', () => {
    expect(corsOptions(validateEnvironment({}))).toBe(false);
  });

  it('allows the origins, with the headers that a browser client sends and reads', () => {
    const options = corsOptions(validateEnvironment({ CORS_ORIGINS: 'https://a.example,https://b.example' }));
    expect(options).toMatchObject({
      origin: ['https://a.example', 'https://b.example'],
      allowedHeaders: expect.arrayContaining(['Authorization', 'Content-Type', 'X-API-Key', 'Last-Event-ID']),
      exposedHeaders: expect.arrayContaining(['WWW-Authenticate', 'Mcp-Session-Id']),
    });
  });
});

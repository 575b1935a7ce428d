import { describe, expect, it } from '@jest/globals';
import { mirroredArguments } from '../discovery/mirrored-arguments.js';
import { assertMirroredArguments } from './assert-mirrored-arguments.js';

const MIRRORED = mirroredArguments(
  'query',
  {
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      limit: { type: 'integer', 'x-mcp-header': 'Limit' },
      at: { type: 'object', properties: { dry: { type: 'boolean', 'x-mcp-header': 'Dry-Run' } } },
      toString: { type: 'string', 'x-mcp-header': 'Text' },
    },
  },
  'Tools.query',
)!;

function check(json: string, headers: Record<string, string>) {
  return () => assertMirroredArguments(MIRRORED, JSON.parse(json) as Record<string, unknown>, headers);
}

describe('the headers of mirrored arguments', () => {
  it.each<[string, Record<string, string>]>([
    ['{"region":"eu"}', { 'mcp-param-region': 'eu' }],
    ['{"region":"eu","limit":42}', { 'mcp-param-region': 'eu', 'mcp-param-limit': '42.0' }],
    ['{"at":{"dry":false}}', { 'mcp-param-dry-run': 'false' }],
    ['{}', {}],
    ['{"region":null,"at":null}', {}],
    ['{"at":"dry"}', {}],
    ['{"region":"日本"}', { 'mcp-param-region': '=?base64?5pel5pys?=' }],
    ['{"region":""}', { 'mcp-param-region': '' }],
    ['{}', { 'mcp-param-other': 'is nobody’s' }],
    ['{"__proto__":{"region":"eu"}}', {}],
  ])('fit %s', (json, headers) => {
    expect(check(json, headers)).not.toThrow();
  });

  it.each<[string, Record<string, string>, string]>([
    ['{"region":"eu"}', {}, 'Mcp-Param-Region is missing, but arguments.region in the body is "eu"'],
    ['{"region":"eu"}', { 'mcp-param-region': 'us' }, 'Mcp-Param-Region is "us"'],
    ['{"at":{"dry":true}}', { 'mcp-param-dry-run': 'false' }, 'arguments.at.dry in the body is true'],
    ['{"at":{"dry":true}}', {}, 'Mcp-Param-Dry-Run is missing'],
    ['{}', { 'mcp-param-region': 'eu' }, 'arguments.region in the body has no value; leave out the header'],
    ['{"region":null}', { 'mcp-param-region': '' }, 'leave out the header'],
    ['{"region":["eu"]}', {}, 'Mcp-Param-Region cannot mirror arguments.region'],
    ['{"region":{}}', { 'mcp-param-region': 'eu' }, 'not a string, an integer or a boolean'],
    ['{"toString":"a"}', {}, 'Mcp-Param-Text is missing'],
  ])('are refused for %s', (json, headers, problem) => {
    expect(check(json, headers)).toThrow(
      expect.objectContaining({ code: -32020, message: expect.stringContaining(problem) }),
    );
  });
});

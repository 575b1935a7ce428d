import { describe, expect, it } from '@jest/globals';
import MiniSearch from 'minisearch';
import type { McpToolDefinition } from '../../model/definitions.js';
import { ToolIndex } from './tool-index.js';

const tool = (
  name: string,
  description = '',
  properties: object = {},
  title?: string,
): McpToolDefinition => ({
  kind: 'tool',
  name,
  title,
  description,
  inputSchema: { type: 'object', properties } as McpToolDefinition['inputSchema'],
  access: { public: false, scopes: [], roles: [] },
});

const TOOLS = [
  tool('add_issue_comment', 'Add a comment to an issue', { body: { description: 'Text of the comment' } }),
  tool('createPullRequest', 'Open a pull request', { base: {}, head: {}, draft: {} }),
  tool('create_branch', 'Create a branch'),
  tool('create_issue', 'Open a new issue', { labels: {}, assignees: {} }),
  tool('delete_file', 'Delete a file from a repository'),
  tool('deploy', 'Roll out a release', { environment: { description: 'Such as staging or production' } }),
  tool('get_weather', 'Forecast for a city', { at: { properties: { postalCode: {} } } }, 'Weather'),
  tool('invoice', '新しい請求書を作成します'),
  tool('listIssues', 'List issues of a repository', { state: {} }),
  tool('merge_pull_request', 'Merge a pull request'),
  tool('send_email', 'Send a message to an address', { recipient: { description: 'E-mail address' } }),
];

const index = new ToolIndex(TOOLS, MiniSearch);
const first = (query: string) => index.search(query)[0]?.name;
const names = (query: string) => index.search(query).map(({ name }) => name);

describe('ToolIndex', () => {
  it.each([
    ['how do I open a new issue?', 'create_issue'],
    ['pull requests merging', 'merge_pull_request'],
    ['createPullRequest', 'createPullRequest'],
    ['create-pull-request', 'createPullRequest'],
    ['createpullrequest', 'createPullRequest'],
    ['CREATE PULL REQUEST', 'createPullRequest'],
    ['issue', 'create_issue'],
    ['list of all the open issues', 'listIssues'],
    ['production', 'deploy'],
    ['postal code', 'get_weather'],
    ['wether forcast', 'get_weather'],
    ['recip', 'send_email'],
    ['comment on an issue', 'add_issue_comment'],
    ['deployed environments', 'deploy'],
    ['請求書を作成する', 'invoice'],
    ['creating branches', 'create_branch'],
    ['remove or delete files', 'delete_file'],
  ])('finds for "%s" first %s', (query, name) => {
    expect(first(query)).toBe(name);
  });

  it('has every tool that the query names, before all others', () => {
    expect(names('send_email, deploy LISTISSUES `delete_file`').slice(0, 4)).toEqual([
      'send_email',
      'deploy',
      'listIssues',
      'delete_file',
    ]);
  });

  it.each(['flamingo', 'blockchain wallet', '\\p{L}+', '日本'])('finds nothing for "%s"', (query) => {
    expect(names(query)).toEqual([]);
  });

  it.each(['', '   ', 'what can you do with it?', '.*', '^(a+)+$'])(
    'has all tools by name for "%s"',
    (query) => {
      expect(names(query)).toEqual(TOOLS.map(({ name }) => name));
    },
  );

  it('ranks equal tools by name', () => {
    const equal = ['c_ship', 'a_ship', 'b_ship'].map((name) => tool(name, 'Sails'));
    const sorted = new ToolIndex(
      equal.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
      MiniSearch,
    );
    expect(sorted.search('sail').map(({ name }) => name)).toEqual(['a_ship', 'b_ship', 'c_ship']);
  });
});

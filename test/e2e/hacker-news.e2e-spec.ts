import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { notificationsOf, settle } from '../fixtures/notifications.js';
import { WireClient } from '../clients/wire-client.js';
import { textOf } from '../fixtures/app-per-test.js';
import { HackerNewsApi, reset, silent, status, text } from '../fixtures/hacker-news-api.js';
import { startReferenceApp } from '../fixtures/reference-app.js';
import type { RunningApp } from '../fixtures/start-app.js';

const TIME = 1_175_714_200;
const AT = '2007-04-04T19:16:40.000Z';

const story = (id: number, members: object = {}) => ({
  ...{ id, type: 'story', by: 'dhouston', time: TIME, title: `Story ${id}`, score: 111, descendants: 0 },
  url: `https://example.com/${id}`,
  ...members,
});
const comment = (id: number, kids: number[] = [], members: object = {}) => ({
  ...{ id, type: 'comment', by: 'norvig', time: TIME, text: `<i>Comment</i> ${id}`, kids },
  ...members,
});
const listed = (id: number, members: object = {}) => ({
  ...{ id, title: `Story ${id}`, url: `https://example.com/${id}`, author: 'dhouston', score: 111 },
  ...{ comments: 0, at: AT },
  ...members,
});

describe('the tools for Hacker News', () => {
  let api: HackerNewsApi;
  let app: RunningApp;
  let client: WireClient;

  beforeEach(async () => {
    api = await HackerNewsApi.start();
    app = await startReferenceApp(api.environment);
    client = await WireClient.connect(`${app.url}/sse`);
  });

  afterEach(async () => {
    client.close();
    await app.close();
    await api.close();
  });

  const call = (name: string, args: object = {}, connection = client) =>
    connection.callTool(`${name} ${JSON.stringify(args)}`, name, args);
  const structured = async (name: string, args?: object) =>
    (await call(name, args))['result'].structuredContent;
  const post = (id: string, name: string, args: object) =>
    client.post({
      ...{ jsonrpc: '2.0', id, method: 'tools/call' },
      params: { name, arguments: args, _meta: { progressToken: id } },
    });
  const held = async (count: number) => {
    while (api.holding < count) await new Promise(setImmediate);
  };

  it('list the top stories in order, and report progress', async () => {
    api.add(...[3, 1, 2, 4].map((id) => story(id)));
    api.topStories = [3, 1, 99, 2, 4];
    await post('top', 'hn_top_stories', { limit: 4 });
    const { result } = await client.answer('top');
    // Item 99 does not exist yet, as happens when a story has just been posted.
    expect(result.structuredContent).toEqual({ stories: [listed(3), listed(1), listed(2)] });
    expect(
      notificationsOf(client, 'notifications/progress').map(({ progress, total }) => [progress, total]),
    ).toEqual([1, 2, 3, 4].map((done) => [done, 4]));
    expect(api.count('/v0/item/4')).toBe(0);
  });

  it('read a story with its comments in the order of the discussion, as plain text', async () => {
    api.add(
      story(1, {
        kids: [10, 11, 12, 13],
        descendants: 7,
        url: undefined,
        text: 'Ask<p>HN: &quot;why&quot;?',
      }),
      comment(10, [20, 21]),
      comment(11, [22], { deleted: true }),
      comment(12, [], { dead: true }),
      comment(13, [], {
        text: 'See <a href="https:&#x2F;&#x2F;a.example&#x2F;long">https:&#x2F;&#x2F;a.exa...</a>',
      }),
      comment(20, [30]),
      comment(21),
      comment(22),
      comment(30),
    );
    const of = (id: number, parent: number, depth: number, text = `Comment ${id}`) => ({
      ...{ id, parent, depth, author: 'norvig', at: AT, text },
    });
    expect(await structured('hn_story', { id: 1, maxDepth: 2 })).toEqual({
      story: { ...listed(1, { comments: 7 }), url: undefined },
      text: 'Ask\n\nHN: "why"?',
      comments: [of(10, 1, 1), of(20, 10, 2), of(21, 10, 2), of(13, 1, 1, 'See https://a.example/long')],
      omitted: 3,
    });
    expect([api.count('/v0/item/22'), api.count('/v0/item/30')]).toEqual([0, 0]);
  });

  it('read at most the requested comments, those nearest to the story first, eight at a time', async () => {
    const kids = Array.from({ length: 100 }, (_, index) => 10 + index);
    api.add(story(1, { kids, descendants: 200 }), ...kids.map((id) => comment(id, [id + 100])));
    api.add(...kids.map((id) => comment(id + 100)));
    api.hold();
    const answer = structured('hn_story', { id: 1, maxComments: 120 });
    for (const waiting of [1, 8]) {
      await held(waiting);
      api.release();
      if (waiting === 1) api.hold();
    }
    const { comments, omitted } = await answer;
    expect(comments).toHaveLength(120);
    expect(comments.filter(({ depth }: { depth: number }) => depth === 1)).toHaveLength(100);
    expect([omitted, api.requests.length, api.busiest]).toEqual([80, 121, 8]);
  });

  it('handle comments that reply to themselves', async () => {
    api.add(story(1, { kids: [2, 2], descendants: 9 }), comment(2, [3, 2]), comment(3, [1, 2]));
    const { comments } = await structured('hn_story', { id: 1, maxDepth: 10 });
    expect(comments.map(({ id }: { id: number }) => id)).toEqual([2, 3]);
  });

  it('find stories by words', async () => {
    const hit = {
      ...{
        objectID: '8863',
        title: 'My YC app',
        url: 'https://example.com',
        author: 'dhouston',
        points: 104,
      },
      ...{ num_comments: 71, created_at: AT, created_at_i: TIME, _tags: ['story'], _highlightResult: {} },
    };
    api.hits = [
      hit,
      { ...hit, objectID: '1', url: null, points: null, num_comments: null, story_text: 'Hi' },
    ];
    const found = listed(8863, { title: 'My YC app', url: 'https://example.com', score: 104, comments: 71 });
    expect(await structured('hn_search', { query: 'app & more' })).toEqual({
      total: 2,
      stories: [found, { ...found, id: 1, url: undefined, score: 0, comments: 0 }],
    });
    await structured('hn_search', { query: 'x', order: 'newest', limit: 3 });
    expect(api.requests).toEqual([
      '/api/v1/search?query=app+%26+more&tags=story&hitsPerPage=10',
      '/api/v1/search_by_date?query=x&tags=story&hitsPerPage=3',
    ]);
  });

  it('share concurrent requests, and cache responses for a minute', async () => {
    const other = await WireClient.connect(`${app.url}/sse`);
    api.add(story(1));
    api.hold();
    const answers = Promise.all([call('hn_story', { id: 1 }), call('hn_story', { id: 1 }, other)]);
    await held(1);
    while (app.sessions.sessions.some(({ inFlight }) => inFlight === 0)) await new Promise(setImmediate);
    api.release();
    for (const answer of await answers) expect(textOf(answer)).toContain('Story 1');
    expect(textOf(await call('hn_story', { id: 1, maxDepth: 1 }))).toContain('Story 1');
    expect(api.requests).toEqual(['/v0/item/1']);
    other.close();
  });

  it('retry after temporary failures, and cache none', async () => {
    api.add(story(1));
    api.expect('/v0/item/1', status(503), reset, status(429, { 'retry-after': '0' }));
    expect(textOf(await call('hn_story', { id: 1 }))).toBe(
      'isError: Hacker News is overloaded or unavailable (HTTP 429). Try again in 0 s.',
    );
    expect(textOf(await call('hn_story', { id: 1, maxDepth: 1 }))).toContain('Story 1');
    expect(api.count('/v0/item/1')).toBe(4);
  });

  it('wait for a response no longer than HN_TIMEOUT_MS', async () => {
    const hasty = await startReferenceApp({ ...api.environment, HN_TIMEOUT_MS: '50' });
    const other = await WireClient.connect(`${hasty.url}/sse`);
    api.expect('/v0/topstories', silent, silent, silent);
    expect(textOf(await call('hn_top_stories', {}, other))).toBe(
      'isError: Hacker News did not answer within 50 ms. Try again later.',
    );
    other.close();
    await hasty.close();
  });

  it('say what to do about an unknown story, and about an API that is down or invalid', async () => {
    api.add(story(1, { kids: [2] }), comment(2));
    api.expect('/v0/topstories', status(400));
    api.expect('/api/v1/search', text('{"hits":[{}],"nbHits":1}'));
    for (const id of [7, 2])
      expect(textOf(await call('hn_story', { id }))).toBe(
        `isError: Hacker News has no story ${id}. Use an id from hn_top_stories or hn_search.`,
      );
    expect(textOf(await call('hn_top_stories'))).toBe('isError: Hacker News refused the request (HTTP 400).');
    expect(textOf(await call('hn_search', { query: 'x' }))).toBe(
      'isError: Hacker News returned an invalid response.',
    );
    await api.close();
    expect(textOf(await call('hn_story', { id: 3 }))).toBe(
      'isError: Hacker News cannot be reached. Try again later.',
    );
    api = await HackerNewsApi.start();
  });

  it('abort their requests when the call is cancelled', async () => {
    api.add(story(1, { kids: [2, 3], descendants: 2 }), comment(2), comment(3));
    api.expect('/v0/item/2', silent);
    api.expect('/v0/item/3', silent);
    await post('read', 'hn_story', { id: 1 });
    while (api.requests.length < 3) await new Promise(setImmediate);
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'read' } });
    while (api.abandoned < 2) await new Promise(setImmediate);
    await settle(client);
    expect(api.requests).toHaveLength(3);
  });

  it('stop reading comments when one cannot be read', async () => {
    api.add(story(1, { kids: [2, 3], descendants: 2 }), comment(2), comment(3));
    api.expect('/v0/item/2', status(403));
    api.expect('/v0/item/3', silent);
    await post('read', 'hn_story', { id: 1 });
    expect(textOf(await client.answer('read'))).toBe('isError: Hacker News refused the request (HTTP 403).');
    while (api.abandoned < 1) await new Promise(setImmediate);
  });

  it('refuse arguments beyond the limits', async () => {
    for (const [name, args] of [
      ['hn_top_stories', { limit: 51 }],
      ['hn_story', { id: 1, maxComments: 201 }],
      ['hn_story', { id: 1, maxDepth: 11 }],
      ['hn_story', { id: 0 }],
      ['hn_search', { query: 'x', limit: 51 }],
      ['hn_search', { query: '' }],
      ['hn_search', { query: 'x'.repeat(201) }],
    ] as const)
      expect([name, textOf(await call(name, args))]).toEqual([name, expect.stringMatching(/^isError: /)]);
    expect(api.requests).toEqual([]);
  });

  it('send the token of the application if there is one, and never credentials of a caller', async () => {
    const token = 'token-of-the-application';
    const own = await startReferenceApp({ ...api.environment, HN_API_TOKEN: token });
    const sent = { authorization: 'Bearer token-of-the-caller', cookie: 'sid=of-the-caller' };
    const caller = await WireClient.connect(`${own.url}/sse`, sent);
    await call('hn_top_stories', {}, caller);
    await call('hn_search', { query: 'nest' }, caller);
    expect(api.headers.map(({ authorization }) => authorization)).toEqual([`Bearer ${token}`, undefined]);
    expect(JSON.stringify(api.headers)).not.toContain('of-the-caller');
    caller.close();
    await own.close();
  });
});

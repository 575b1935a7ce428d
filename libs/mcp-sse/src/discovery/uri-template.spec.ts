import { describe, expect, it } from '@jest/globals';
import { UriTemplate } from './uri-template.js';

const match = (template: string, uri: string) => new UriTemplate(template).match(uri);

describe('a URI template', () => {
  it.each([
    ['orders://{id}', 'orders://7', { id: '7' }],
    ['orders://{id}', 'ORDERS://ABC-7', { id: 'ABC-7' }],
    ['orders://{id}', 'orders://a,b', { id: 'a,b' }],
    ['orders://{id}', 'orders://start%20here', { id: 'start here' }],
    ['orders://{id}', 'orders://50%25', { id: '50%' }],
    ['orders://{id}', 'orders://50%', { id: '50%' }],
    ['orders://{id}', 'orders://a%252Fb', { id: 'a%2Fb' }],
    ['orders://{id}', 'orders://%ff', { id: '%FF' }],
    ['docs://{folder}/{name}', 'docs://guides/a', { folder: 'guides', name: 'a' }],
    ['HTTP://Example.com/Notes/{id}', 'http://EXAMPLE.com/Notes/1', { id: '1' }],
    ['notes://é/{id}', 'notes://%C3%A9/ü', { id: 'ü' }],
    ['days://{year}-{month}-{day}', 'days://2026-07-28', { year: '2026', month: '07', day: '28' }],
    ['days://{a}-{b}', 'days://1-2-3', { a: '1-2', b: '3' }],
    ['points://{x,y}', 'points://1,2', { x: '1', y: '2' }],
    ['files://{+folder}/{name}', 'files://a/b/c', { folder: 'a/b', name: 'c' }],
    ['files://{+a}-{b}-{c}', 'files://a-b/c-d-e', { a: 'a-b/c', b: 'd', c: 'e' }],
    ['files://shelf{/path*}', 'files://shelf/a/b%20c', { path: ['a', 'b c'] }],
    ['files://shelf{/path*}', 'files://shelf', { path: [] }],
    ['files://shelf{/a,b}', 'files://shelf/1/2', { a: '1', b: '2' }],
    ['files://{name}{.type}', 'files://a.b.c', { name: 'a.b', type: 'c' }],
    ['pages://{id}{#part}', 'pages://1#top', { id: '1', part: 'top' }],
    ['tags://{tags*}', 'tags://a,b%2Cc', { tags: ['a', 'b,c'] }],
    ['orders://list{?page,limit}', 'orders://list', {}],
    ['orders://list{?page,limit}', 'orders://list?limit=5', { limit: '5' }],
    ['orders://list{?page,limit}', 'orders://list?limit=5&x=1&page=2', { limit: '5', page: '2' }],
    ['orders://list{?tags*}', 'orders://list?tags=a&tags=b%26c', { tags: ['a', 'b&c'] }],
    ['orders://list{?tags*}', 'orders://list', { tags: [] }],
    ['orders://list?v=1{&page}', 'orders://list?page=2&v=1', { page: '2' }],
  ])('%s matches %s', (template, uri, variables) => {
    expect(match(template, uri)).toEqual(variables);
  });

  it.each([
    ['orders://{id}', 'orders://'],
    ['orders://{id}', 'orders://a/b'],
    ['orders://{id}', 'orders://a%2Fb'],
    ['orders://{id}', 'orders://a%5Cb'],
    ['orders://{id}', 'orders://a\\b'],
    ['orders://{id}', 'orders://a%00b'],
    ['orders://{id}', 'orders://a%2f%ff'],
    ['orders://{id}', 'orders://..'],
    ['orders://{id}', 'orders://..%2f..%2fetc%2fpasswd'],
    ['files://{+path}', 'files://..%2f..%2fetc%2fpasswd'],
    ['files://shelf{/path*}', 'files://shelfed'],
    ['files://shelf{/path*}', 'files://shelf/a%2Fb'],
    ['orders://list?v=1{&page}', 'orders://list?page=2'],
    ['docs://{folder}/x', 'docs://a/y'],
  ])('%s does not match %s', (template, uri) => {
    expect(match(template, uri)).toBeUndefined();
  });

  it.each(['a://{', 'a://{}', 'a://}', 'a://{a', 'a://{a{b}}', 'a://{a b}', 'a://x{?a}{b}'])(
    'that is malformed, %s, is refused',
    (template) => {
      expect(() => new UriTemplate(template)).toThrow(TypeError);
    },
  );

  it('knows its variables', () => {
    expect(new UriTemplate('a://{b}/{+c}{/d*}{?e,f*}').variableNames).toEqual(['b', 'c', 'd', 'e', 'f']);
  });
});

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { EdgePolicy } from './edge.policy.js';

interface Lists {
  hosts?: string[];
  origins?: string[];
  isProtected?: boolean;
}

function policy({ hosts, origins, isProtected = true }: Lists = {}): EdgePolicy {
  return new EdgePolicy({ allowedHosts: hosts, allowedOrigins: origins }, isProtected);
}

function request(headers: IncomingHttpHeaders, localAddress = '127.0.0.1'): IncomingMessage {
  return { headers, socket: { localAddress } } as IncomingMessage;
}

const ELSEWHERE = '192.0.2.1';
const LOCAL = { host: 'localhost:3000' };

describe('EdgePolicy', () => {
  it.each(['localhost', 'LOCALHOST:3000', '127.0.0.1:80', '127.8.9.1', '[::1]:3000'])(
    'serves the loopback name %s on a loopback address',
    (host) => expect(policy().refusal(request({ host }))).toBeUndefined(),
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'xlocalhost',
    '',
    '0.0.0.0',
    '127.1',
  ])('refuses the host "%s" on a loopback address', (host) =>
    expect(policy().refusal(request({ host }))).toMatch(/allowedHosts/),
  );

  it('serves any host elsewhere until hosts are listed', () => {
    expect(policy().refusal(request({ host: 'mcp.example' }, ELSEWHERE))).toBeUndefined();
    const listed = policy({ hosts: ['mcp.example', 'other.example:8443'] });
    expect(listed.refusal(request({ host: 'mcp.example:3000' }, ELSEWHERE))).toBeUndefined();
    expect(listed.refusal(request({ host: 'other.example:8443' }, ELSEWHERE))).toBeUndefined();
    expect(listed.refusal(request({ host: 'other.example:8444' }, ELSEWHERE))).toMatch(/allowedHosts/);
    expect(listed.refusal(request({ host: 'localhost' }))).toMatch(/allowedHosts/);
  });

  it('allows pages of loopback names on a loopback address with authentication, else those of its own', () => {
    const other = request({ ...LOCAL, origin: 'http://localhost:5173' });
    expect(policy().refusal(other)).toBeUndefined();
    expect(policy({ isProtected: false }).refusal(other)).toMatch(/allowedOrigins/);
    for (const isProtected of [true, false]) {
      const own = request({ ...LOCAL, origin: 'http://localhost:3000' });
      expect(policy({ isProtected }).refusal(own)).toBeUndefined();
      for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', ''])
        expect(policy({ isProtected }).refusal(request({ ...LOCAL, origin }))).toMatch(/allowedOrigins/);
    }
  });

  it('allows pages of the same origin elsewhere, until origins are listed for hosts that could be any', () => {
    const own = request({ host: 'mcp.example', origin: 'https://mcp.example' }, ELSEWHERE);
    expect(policy().refusal(own)).toBeUndefined();
    const foreign = request({ host: 'mcp.example', origin: 'https://evil.example' }, ELSEWHERE);
    expect(policy().refusal(foreign)).toMatch(/allowedOrigins/);
    const origins = ['https://chat.example'];
    const friend = request({ host: 'mcp.example', origin: 'https://CHAT.example' }, ELSEWHERE);
    expect(policy({ origins }).refusal(friend)).toBeUndefined();
    expect(policy({ origins }).refusal(own)).toMatch(/allowedOrigins/);
    expect(policy({ origins, hosts: ['*'] }).refusal(own)).toMatch(/allowedOrigins/);
    expect(policy({ origins, hosts: ['mcp.example'] }).refusal(own)).toBeUndefined();
    const local = request({ ...LOCAL, origin: 'http://localhost:3000' });
    expect(policy({ origins, isProtected: false }).refusal(local)).toBeUndefined();
  });

  it('takes empty lists for none and * for every one', () => {
    expect(policy({ hosts: [], origins: [] }).refusal(request(LOCAL))).toBeUndefined();
    const any = { host: 'any.example', origin: 'https://any.example' };
    expect(policy({ hosts: ['*'], origins: ['*'] }).refusal(request(any))).toBeUndefined();
    const noOrigin = { ...LOCAL, 'sec-fetch-site': 'cross-site' };
    expect(policy({ origins: ['*'] }).refusal(request(noOrigin))).toBeUndefined();
  });

  it('refuses what a browser says is of another site, unless its origin is allowed', () => {
    const origins = ['https://chat.example'];
    for (const site of ['cross-site', 'same-site', 'whatever'])
      expect(policy({ origins }).refusal(request({ ...LOCAL, 'sec-fetch-site': site }))).toMatch(
        /another site/,
      );
    for (const site of ['same-origin', 'none'])
      expect(policy({ origins }).refusal(request({ ...LOCAL, 'sec-fetch-site': site }))).toBeUndefined();
    const friend = { ...LOCAL, 'sec-fetch-site': 'cross-site', origin: 'https://chat.example' };
    expect(policy({ origins }).refusal(request(friend))).toBeUndefined();
  });

  it('lets links of other sites lead to pages for people, and nothing else', () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect(policy().refusal(request({ ...LOCAL, ...link }), true)).toBeUndefined();
    expect(policy().refusal(request({ ...LOCAL, ...link }))).toMatch(/another site/);
    const frame = { ...LOCAL, ...link, 'sec-fetch-dest': 'iframe' };
    expect(policy().refusal(request(frame), true)).toMatch(/another site/);
    expect(policy().refusal(request({ ...link, host: 'evil.example' }), true)).toMatch(/allowedHosts/);
  });

  it.each(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-anything', 'forwarded', 'via', 'x-real-ip'])(
    'refuses what came through a proxy, as %s says, without authentication',
    (name) => {
      const proxied = request({ ...LOCAL, [name]: '1.1 proxy' });
      expect(policy({ isProtected: false }).refusal(proxied)).toMatch(/no authentication/);
      expect(policy().refusal(proxied)).toBeUndefined();
    },
  );

  it('serves its own machine only without authentication', () => {
    const lists = { hosts: ['*'], origins: ['*'], isProtected: false };
    expect(policy(lists).refusal(request(LOCAL, ELSEWHERE))).toMatch(/no authentication/);
  });
});

import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { HostOriginPolicy } from './host-origin.policy.js';

function request(host: string, origin?: string, localAddress = '127.0.0.1'): IncomingMessage {
  return { headers: { host, origin }, socket: { localAddress } } as IncomingMessage;
}

const ELSEWHERE = '192.0.2.1';

describe('HostOriginPolicy', () => {
  it.each(['localhost', 'LOCALHOST:3000', '127.0.0.1:80', '127.8.9.1', '[::1]:3000'])(
    'serves the loopback name %s on a loopback address',
    (host) => expect(new HostOriginPolicy().refusal(request(host))).toBeUndefined(),
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
    expect(new HostOriginPolicy().refusal(request(host))).toMatch(/allowedHosts/),
  );

  it('serves any host elsewhere until hosts are listed', () => {
    expect(new HostOriginPolicy().refusal(request('mcp.example', undefined, ELSEWHERE))).toBeUndefined();
    const policy = new HostOriginPolicy(['mcp.example', 'other.example:8443']);
    expect(policy.refusal(request('mcp.example:3000', undefined, ELSEWHERE))).toBeUndefined();
    expect(policy.refusal(request('other.example:8443', undefined, ELSEWHERE))).toBeUndefined();
    expect(policy.refusal(request('other.example:8444', undefined, ELSEWHERE))).toMatch(/allowedHosts/);
    expect(policy.refusal(request('localhost'))).toMatch(/allowedHosts/);
  });

  it('allows pages of loopback names on a loopback address only', () => {
    const policy = new HostOriginPolicy();
    expect(policy.refusal(request('localhost:3000', 'http://localhost:5173'))).toBeUndefined();
    for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', ''])
      expect(policy.refusal(request('localhost:3000', origin))).toMatch(/allowedOrigins/);
  });

  it('allows pages of the same origin elsewhere, until origins are listed', () => {
    const policy = new HostOriginPolicy();
    expect(policy.refusal(request('mcp.example', 'https://mcp.example', ELSEWHERE))).toBeUndefined();
    expect(policy.refusal(request('mcp.example', 'https://evil.example', ELSEWHERE))).toMatch(
      /allowedOrigins/,
    );
    const listed = new HostOriginPolicy(undefined, ['https://chat.example']);
    expect(listed.refusal(request('mcp.example', 'https://CHAT.example', ELSEWHERE))).toBeUndefined();
    expect(listed.refusal(request('mcp.example', 'https://mcp.example', ELSEWHERE))).toMatch(
      /allowedOrigins/,
    );
  });

  it('takes empty lists for none and * for every one', () => {
    expect(new HostOriginPolicy([], []).refusal(request('localhost'))).toBeUndefined();
    expect(
      new HostOriginPolicy(['*'], ['*']).refusal(request('any.example', 'https://any.example')),
    ).toBeUndefined();
  });
});

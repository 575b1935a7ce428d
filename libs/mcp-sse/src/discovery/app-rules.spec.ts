import { describe, expect, it } from '@jest/globals';
import type { McpAppOptions } from '../decorators/mcp-app.decorator.js';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import { appUi, toolUi } from './app-rules.js';

const CHART = 'ui://orders/chart';
const ofApp = (options: object) => () => appUi({ uri: CHART, ...options } as McpAppOptions, 'Orders.chart');
const ofTool = (options: object) => () => toolUi(options as McpToolOptions, 'Orders.find');

describe('the options of an app', () => {
  it('become what clients are told', () => {
    const ui = {
      csp: { connectDomains: ['https://a.example', 'wss://a.b.example:8443', 'http://localhost:5173'] },
      permissions: { clipboardWrite: {} },
      domain: 'a904794854a047f6.claudemcpcontent.com',
      prefersBorder: true,
    };
    expect(ofApp({ title: 'Chart', ...ui })()).toEqual(ui);
    expect(ofApp({ csp: { frameDomains: ['https://*.a.example', 'HTTPS://A'] } })).not.toThrow();
  });

  it.each<[string, object, ...string[]]>([
    [
      'another scheme',
      { uri: 'https://orders/chart' },
      '"uri" is "https://orders/chart"',
      'starts with "ui://"',
    ],
    ['no path', { uri: 'ui://' }, '"uri" is "ui://"'],
    ['variables', { uri: 'ui://orders/{id}' }, 'has no variables'],
    ['metadata by hand', { meta: { ui: {} } }, '"meta.ui" is made of the other options'],
    [
      'an unknown directive',
      { csp: { connectDomain: [] } },
      'no member "connectDomain"',
      'Did you mean "connectDomains"?',
    ],
    [
      'no list of origins',
      { csp: { connectDomains: 'https://a.example' } },
      '"csp.connectDomains" must be an array',
    ],
    ['a policy as text', { csp: "default-src 'none'" }, '"csp" must be an object with connectDomains'],
    [
      'an unknown permission',
      { permissions: { usb: {} } },
      '"permissions" has no member "usb"',
      'It has camera',
    ],
    [
      'a permission as a flag',
      { permissions: { camera: true } },
      '"permissions.camera" is true',
      '{ camera: {} }',
    ],
    ['a domain that is none', { domain: 'a.example; b' }, '"domain" is "a.example; b"'],
    ['a border that is no flag', { prefersBorder: 'yes' }, '"prefersBorder" must be true or false'],
  ])('cannot have %s', (_title, options, ...parts) => {
    for (const part of parts) expect(ofApp(options)).toThrow(part);
    expect(ofApp(options)).toThrow('Orders.chart');
  });

  const directives = ['connectDomains', 'resourceDomains', 'frameDomains', 'baseUriDomains'];
  it.each([
    "'unsafe-eval'",
    "'self'",
    'https://a.example/path',
    'https://a.example/',
    "https://a.example; script-src 'unsafe-eval'",
    'https://a.example, https://b.example',
    'https://a.example https://b.example',
    'https://a.example\n',
    'https://a.example\u00a0',
    'https://user@a.example',
    'https://bücher.example',
    'https://a..example',
    'a.example',
    '*',
    'https://*',
    'https:',
    'data:',
    'javascript://a.example',
    '',
    7,
  ])('cannot have the origin %j, which would change the policy or allow too much', (origin) => {
    for (const directive of directives)
      expect(ofApp({ csp: { [directive]: ['https://a.example', origin] } })).toThrow(
        `"csp.${directive}" has ${JSON.stringify(origin)}, but it takes origins only`,
      );
  });
});

describe('the options of a tool', () => {
  it('become what clients are told', () => {
    expect(ofTool({})()).toBeUndefined();
    expect(ofTool({ ui: CHART })()).toEqual({ resourceUri: CHART });
    expect(ofTool({ visibility: ['app'] })()).toEqual({ visibility: ['app'] });
  });

  it.each<[string, object, ...string[]]>([
    ['another scheme', { ui: 'orders://chart' }, '"ui" is "orders://chart"', 'starts with "ui://"'],
    ['an unknown audience', { visibility: ['user'] }, '"visibility" is ["user"]', "['model', 'app']"],
    ['no audience', { visibility: [] }, '"visibility" is []'],
    ['an audience as text', { visibility: 'app' }, '"visibility" is "app"'],
    ['metadata by hand', { ui: CHART, meta: { ui: {} } }, '"meta.ui" is made of the other options'],
  ])('cannot have %s', (_title, options, ...parts) => {
    for (const part of parts) expect(ofTool(options)).toThrow(part);
    expect(ofTool(options)).toThrow('Orders.find');
  });
});

import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { getMetadataStorage } from 'class-validator';
import { parseAllDocuments } from 'yaml';
import { Environment } from '../../src/config/environment.js';
import { validateEnvironment } from '../../src/config/validate-environment.js';
import { resolveOptions } from '../../libs/mcp-sse/src/mcp-sse.defaults.js';
import { send } from '../clients/wire-client.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';
import { describeWithRedis } from '../fixtures/cluster-backends.js';
import { commandOf, copiesOf, environmentOf, stagesOf, textsOf, type Stage } from '../fixtures/dockerfile.js';
import { startRedisServer } from '../fixtures/redis-server.js';

const text = readFileSync('deploy/kubernetes.yaml', 'utf8');
const documents = parseAllDocuments(text, { strict: true, uniqueKeys: true });
const manifests = documents.map((document) => document.toJS() as any);
const [configMap, deployment, budget, service, ingress] = manifests;
const { metadata, spec: pod } = deployment.spec.template;
const [container] = pod.containers;
const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((name) => container[name]);
const secrets = { MCP_REDIS_URL: 'rediss://:password@redis.example.com:6379' };
const image = stagesOf('Dockerfile').at(-1)!;
const imageEnvironment = environmentOf(image);
const environment = (): Environment =>
  validateEnvironment({ ...imageEnvironment, ...configMap.data, ...secrets });

describe('the manifests for Kubernetes', () => {
  it('are valid YAML, of the kinds that a deployment needs', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(manifests.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([
      'v1 ConfigMap',
      'apps/v1 Deployment',
      'policy/v1 PodDisruptionBudget',
      'v1 Service',
      'networking.k8s.io/v1 Ingress',
    ]);
  });

  it('set only variables that the application knows, to valid values', () => {
    const known = getMetadataStorage().getTargetValidationMetadatas(Environment, '', false, false);
    const names = new Set(known.map(({ propertyName }) => propertyName));
    const used = [...Object.keys(configMap.data), ...container.env.map(({ name }: { name: string }) => name)];
    expect(used.filter((name) => !names.has(name))).toEqual([]);
    expect(Object.values(configMap.data).filter((value) => typeof value !== 'string')).toEqual([]);
    expect(environment().MCP_AUTH).toBe('jwt');
    expect(container.envFrom).toEqual([{ configMapRef: { name: configMap.metadata.name } }]);
  });

  it('read secrets from a Secret, and contain none', () => {
    const [, name, keys] = /create secret generic (\S+) (.*)$/m.exec(text)!;
    const fromSecret = container.env.map((variable: any) => [variable.name, variable.valueFrom.secretKeyRef]);
    expect(fromSecret).toEqual(Object.keys(secrets).map((key) => [key, { name, key }]));
    for (const key of Object.keys(secrets)) expect(keys).toContain(`--from-literal=${key}=`);
    expect(Object.keys(configMap.data).filter((key) => /SECRET|API_KEYS|REDIS/.test(key))).toEqual([]);
  });

  it('refer to each other by matching labels and names', () => {
    for (const { matchLabels } of [
      deployment.spec.selector,
      budget.spec.selector,
      pod.topologySpreadConstraints[0].labelSelector,
      { matchLabels: service.spec.selector },
    ])
      expect(matchLabels).toEqual(metadata.labels);
    const [port] = container.ports;
    expect(port.containerPort).toBe(environment().PORT);
    expect(probes.map(({ httpGet }) => httpGet.port)).toEqual([port.name, port.name, port.name]);
    expect(service.spec.ports[0].targetPort).toBe(port.name);
    for (const { backend } of ingress.spec.rules[0].http.paths)
      expect(backend.service).toEqual({
        name: service.metadata.name,
        port: { name: service.spec.ports[0].name },
      });
  });

  it('let calls finish before a pod is killed, and report it as not ready before it stops listening', () => {
    const { MCP_DRAIN_PROPAGATION_MS, MCP_DRAIN_DEADLINE_MS } = environment();
    const needed = MCP_DRAIN_PROPAGATION_MS + MCP_DRAIN_DEADLINE_MS;
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThanOrEqual(needed + 10_000);
    const { periodSeconds, failureThreshold, timeoutSeconds } = container.readinessProbe;
    const noticed = failureThreshold * (periodSeconds + timeoutSeconds);
    expect(noticed * 1_000).toBeLessThan(MCP_DRAIN_PROPAGATION_MS);
  });

  it('keep pods serving while others are replaced or moved', () => {
    const { replicas, strategy } = deployment.spec;
    expect(replicas).toBe(3);
    expect(strategy.rollingUpdate.maxUnavailable).toBe(0);
    expect(budget.spec.minAvailable).toBeLessThan(replicas);
  });

  it('give the application no rights that it does not need', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: expect.any(Number) });
    expect(pod.automountServiceAccountToken).toBe(false);
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('route only the paths of clients, with the timeouts and sizes that they need', () => {
    const { MCP_HTTP_PATH, MCP_SSE_PATH, MCP_MESSAGES_PATH, MCP_PUBLIC_URL, MCP_ALLOWED_HOSTS } =
      environment();
    const [{ host, http }] = ingress.spec.rules;
    expect(http.paths.map(({ path }: { path: string }) => path)).toEqual([
      ...[MCP_HTTP_PATH, MCP_SSE_PATH, MCP_MESSAGES_PATH],
      '/.well-known/oauth-protected-resource',
    ]);
    expect([`https://${host}`, [host], ingress.spec.tls[0].hosts]).toEqual([
      ...[MCP_PUBLIC_URL, MCP_ALLOWED_HOSTS],
      [host],
    ]);
    const setting = (name: string) => ingress.metadata.annotations[`nginx.ingress.kubernetes.io/${name}`];
    const { limits, sse } = resolveOptions({ name: 'any', version: '1' });
    expect(setting('proxy-body-size')).toBe(`${limits.maxMessageBytes / 1024 / 1024}m`);
    expect(setting('proxy-read-timeout') * 1_000).toBeGreaterThan(Number(sse.heartbeatMs));
    expect(setting('proxy-buffering')).toBe('off');
  });
});

describeWithRedis('an application with the environment of the manifests', () => {
  const ends: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  }, 30_000);

  it('answers the probes, reports that it drains, and exits in time', async () => {
    const redis = await startRedisServer();
    ends.push(() => redis.stop());
    const { PORT: _port, HOST: _host, ...defaults } = imageEnvironment;
    const application: ChildApplication = await startTypeScript('src/main.ts', {
      env: { ...defaults, ...configMap.data, MCP_REDIS_URL: redis.url, MCP_DRAIN_PROPAGATION_MS: '2000' },
    });
    ends.push(() => application.stop());
    // Like the kubelet, by the address of the pod.
    const headers = { host: `10.0.0.7:${application.port}` };
    const probe = async ({ httpGet: { path } }: { httpGet: { path: string } }) =>
      (await send(`${application.url}${path}`, { method: 'GET', headers })).status;
    expect(await Promise.all(probes.map(probe))).toEqual([200, 200, 200]);
    const outside = { host: new URL(configMap.data.MCP_PUBLIC_URL).host };
    const refused = await send(`${application.url}/mcp`, { headers: outside });
    expect(refused.status).toBe(401);
    expect(refused.headers['www-authenticate']).toContain(`${configMap.data.MCP_PUBLIC_URL}/.well-known/`);
    process.kill(application.pid, 'SIGTERM');
    while ((await probe(container.readinessProbe)) === 200);
    expect(await Promise.all(probes.map(probe))).toEqual([200, 200, 503]);
    expect(await application.exit).toBe(0);
  }, 90_000);
});

describe('the Dockerfile', () => {
  const stages = stagesOf('Dockerfile');
  const ignored = readFileSync('.dockerignore', 'utf8').split('\n');

  it('copies files that exist, and no secrets or build output', () => {
    const sources = copiesOf(stages[0]!).flatMap(({ sources }) => sources);
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', '**/node_modules', '**/dist']));
    const fromStages = copiesOf(image).map(({ from }) => from);
    expect(fromStages).toEqual(fromStages.map(() => stages[0]!.name));
  });

  it('builds an image that runs without privileges, and receives signals itself', () => {
    const order = image.instructions.map(({ keyword }) => keyword);
    expect(textsOf(image, 'USER')).toEqual(['node']);
    expect(order.indexOf('USER')).toBeLessThan(order.indexOf('CMD'));
    expect(commandOf(image, 'CMD')).toEqual(['node', '--enable-source-maps', 'dist/src/main.js']);
    expect(textsOf(image, 'STOPSIGNAL')).toEqual(['SIGTERM']);
    // The user `node` of the base image.
    expect(pod.securityContext.runAsUser).toBe(1000);
  });

  it('checks the health on the exposed port', () => {
    const { PORT, NODE_ENV } = imageEnvironment;
    expect([textsOf(image, 'EXPOSE'), NODE_ENV]).toEqual([[PORT], 'production']);
    expect(commandOf(image, 'HEALTHCHECK').at(-1)).toContain(container.livenessProbe.httpGet.path);
  });

  it('installs the versions of the lock file, on a supported version of Node', () => {
    const [build] = stages as [Stage];
    const [install] = textsOf(build, 'RUN');
    expect(install).toMatch(/^npm ci /);
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as { engines: { node: string } };
    const major = Number(/^FROM node:(\d+)/m.exec(readFileSync('Dockerfile', 'utf8'))![1]);
    expect(major).toBeGreaterThan(Number.parseInt(engines.node.replace('>=', ''), 10));
  });
});

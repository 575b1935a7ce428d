import { cpSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { exitsByItself, type Application } from './pairs.js';
import type { Project } from './project.js';
import { useRunner } from './runners.js';

const WRITTEN = 'test/matrix/application';
const SPECS = [
  ['src/desk/desk.tools.unit.ts', 'src/desk/desk.tools.spec.ts'],
  ['test/desk.e2e.ts', 'test/desk.e2e-spec.ts'],
] as const;

/** Makes of a generated application what a pair says, with a module of ours in it. */
export function arrange(project: Project, application: Application): void {
  addModule(project, exitsByItself(application));
  if (application.adapter === 'Fastify') useFastify(project, application.nest);
  if (application.lowest) pinNest(project, application.lowest);
  useModules(project, application.modules);
  useRunner(project, application);
}

function addModule(project: Project, exits: boolean): void {
  cpSync(WRITTEN, project.folder, { recursive: true });
  for (const [from, to] of SPECS) renameSync(join(project.folder, from), join(project.folder, to));
  project.replace('src/app.module.ts', 'imports: []', 'imports: [DeskModule]');
  project.write(
    'src/app.module.ts',
    `import { DeskModule } from './desk/desk.module.js';\n${project.read('src/app.module.ts')}`,
  );
  const listen = '  await app.listen(';
  project.replace(
    'src/main.ts',
    listen,
    `  app.enableShutdownHooks(${exits ? 'undefined, { useProcessExit: true }' : ''});\n${listen}`,
  );
}

function useFastify(project: Project, nest: string): void {
  project.manifest(({ dependencies }) => {
    delete dependencies['@nestjs/platform-express'];
    dependencies['@nestjs/platform-fastify'] = `^${nest}.0.1`;
  });
  const withAdapter = (file: string, call: string, created: string) => {
    project.replace(file, call, created);
    const names = 'FastifyAdapter, type NestFastifyApplication';
    project.write(file, `import { ${names} } from '@nestjs/platform-fastify';\n${project.read(file)}`);
  };
  const created = '<NestFastifyApplication>(new FastifyAdapter())';
  withAdapter(
    'src/main.ts',
    'NestFactory.create(AppModule)',
    'NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter())',
  );
  for (const file of ['test/app.e2e-spec.ts', 'test/desk.e2e-spec.ts'])
    withAdapter(file, 'createNestApplication()', `createNestApplication${created}`);
  project.replace('test/app.e2e-spec.ts', 'INestApplication<App>', 'NestFastifyApplication');
  project.replace('test/app.e2e-spec.ts', "import { INestApplication } from '@nestjs/common';\n", '');
  project.replace(
    'test/app.e2e-spec.ts',
    'await app.init();',
    'await app.init();\n    await app.getHttpAdapter().getInstance().ready();',
  );
}

/** Says which adapter Nest takes where it finds one by itself. */
export function nameExpress(project: Project): void {
  project.replace('src/main.ts', 'create(AppModule)', 'create(AppModule, new ExpressAdapter())');
  const line = "import { ExpressAdapter } from '@nestjs/platform-express';";
  project.write('src/main.ts', `${line}\n${project.read('src/main.ts')}`);
}

/** The packages that the library peers on. The others have versions of their own. */
function pinNest(project: Project, version: string): void {
  project.manifest(({ dependencies }) =>
    Object.assign(dependencies, { '@nestjs/common': version, '@nestjs/core': version }),
  );
}

/** ES modules name the files that they import; the sources of CommonJS leave the extension out. */
function useModules(project: Project, modules: Application['modules']): void {
  if (modules === 'ESM') project.manifest((manifest) => (manifest.type = 'module'));
  const extension = modules === 'ESM' ? '.js' : '';
  for (const file of project.sources())
    project.write(
      file,
      project.read(file).replaceAll(/(from '(?:\.{1,2}|supertest)\/[^']+?)(?:\.js)?'/g, `$1${extension}'`),
    );
}

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../run/server-process.js';
import type { MeasuredServer } from '../run/servers.js';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
const CERTIFICATE = ['-x509', '-out', 'cert.pem', '-days', '2', '-subj', '/CN=127.0.0.1'];

/** Starts one of this library's servers with TLS in its process and a new certificate. Needs openssl. */
export async function startWithTls(server: MeasuredServer, node: string): Promise<ServerProcess> {
  if (!server.own) throw new TypeError(`${server.name} cannot speak TLS; only this library's servers can.`);
  const folder = mkdtempSync(join(tmpdir(), 'bench-tls-'));
  try {
    execFileSync('openssl', ['req', ...KEY, ...CERTIFICATE], { cwd: folder, stdio: 'ignore' });
    const command = [...server.command, '--tls', folder];
    return await ServerProcess.start({ ...server, command, secure: true }, [], node);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import { familySeconds, machineSeconds, processSeconds } from './proc-stat.js';

export interface CpuUsage {
  readonly seconds: number;
  /** CPU time of the server. */
  readonly serverSeconds: number;
  /** CPU time of the proxy, if there is one. */
  readonly proxySeconds?: number;
  readonly cores: { readonly server: number; readonly load: number; readonly others: number };
}

/** Measures the CPU time of the server, this process and all others from its construction on. */
export class CpuMeter {
  private readonly start = this.now();

  constructor(
    private readonly serverPid: number,
    private readonly proxyPid?: number,
  ) {}

  read(): CpuUsage {
    const { start } = this;
    const end = this.now();
    const seconds = end.time - start.time;
    const server = end.server - start.server;
    const load = end.load - start.load;
    const others = Math.max(0, end.machine - start.machine - server - load);
    return {
      seconds,
      serverSeconds: server,
      proxySeconds: end.proxy === undefined ? undefined : end.proxy - start.proxy!,
      cores: { server: server / seconds, load: load / seconds, others: others / seconds },
    };
  }

  private now() {
    return {
      time: performance.now() / 1000,
      server: processSeconds(this.serverPid),
      proxy: this.proxyPid === undefined ? undefined : familySeconds(this.proxyPid),
      load: processSeconds(process.pid),
      machine: machineSeconds(),
    };
  }
}

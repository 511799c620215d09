/** Where it was measured: figures of two machines are not to be compared. */

import { cpus, freemem, loadavg, platform, release, totalmem } from 'node:os';

export interface Machine {
  readonly at: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGb: number;
  readonly freeGb: number;
  readonly node: string;
  readonly system: string;
  /** Of the last minute, before anything was measured: above the number of cores, others were at work. */
  readonly load: number;
}

const gb = (bytes: number): number => Number((bytes / 2 ** 30).toFixed(1));

export function machine(): Machine {
  const processors = cpus();
  return {
    at: new Date().toISOString(),
    cores: processors.length,
    processor: processors[0]?.model ?? 'unknown',
    memoryGb: gb(totalmem()),
    freeGb: gb(freemem()),
    node: process.version,
    system: `${platform()} ${release()}`,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

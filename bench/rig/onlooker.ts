/** A process that looks at clusters as `/crdb-status` does, on what the bot stands on: its environment is the bot's. */

import { type Closer, closeAll, openOutside, worldOf } from '../../src/assemble.ts';
import { readConfig } from '../../src/config.ts';
import type { Verdict } from '../../src/core/cluster/report.ts';
import type { World } from '../../src/core/ports.ts';
import { lookAtClusters } from '../../src/core/status/look.ts';
import { serve } from './child.ts';

export interface Look {
  readonly names: readonly string[];
}

export interface Looked {
  /** Until everything was reported. */
  readonly millis: number;
  /** In the order in which they were reported, each with the milliseconds until then. */
  readonly each: readonly {
    readonly name: string;
    readonly millis: number;
    readonly verdict: Verdict;
    readonly answered: boolean;
  }[];
}

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const closers: Closer[] = [];
let opened: Promise<World> | undefined;

serve(async ({ names }: Look): Promise<Looked> => {
  opened ??= open();
  const world = await opened;
  const each: Looked['each'][number][] = [];
  const began = performance.now();
  const since = (): number => performance.now() - began;
  await lookAtClusters(world, names, ({ cluster, verdict, version }) =>
    each.push({ name: cluster, millis: since(), verdict, answered: version !== null }),
  );
  return { millis: since(), each };
});

async function open(): Promise<World> {
  const read = readConfig(process.env);
  if ('faults' in read) throw new Error(`the environment has faults: ${JSON.stringify(read.faults)}`);
  return worldOf(await openOutside(read.config, log, closers, 'wanted', 'as they are'), read.config, log, []);
}

process.on('SIGTERM', () => void closeAll(closers, log).then(() => process.exit(0)));

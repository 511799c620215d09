import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../harness/figures.ts';
import { inTurns } from '../harness/rounds.ts';
import type { Row, Size } from '../harness/row.ts';
import { type Child, startChild } from '../rig/child.ts';
import { type Way, wayTo } from '../rig/far.ts';
import type { Look, Looked } from '../rig/onlooker.ts';
import { type BenchWorld, startWorld } from '../rig/world.ts';

const onlooker = new URL('../rig/onlooker.ts', import.meta.url);
/** Looks before what is measured: by then there are connections. */
const warm = 3;

/** `patience`: seconds that a cluster is waited for; enough for every one that answers, however busy the machine. */
const sizes: {
  readonly [S in Size]: {
    readonly clusters: number;
    readonly hanging: number;
    readonly rounds: number;
    readonly patience: number;
  };
} = {
  full: { clusters: 20, hanging: 3, rounds: 10, patience: 15 },
  quick: { clusters: 4, hanging: 1, rounds: 1, patience: 15 },
};
/** The next cluster is so much further away than the one before. */
const stepMillis = 4;

interface Clusters {
  readonly healthy: readonly string[];
  readonly silent: readonly string[];
  readonly all: readonly string[];
}

/** Those that hang are spread among the others: none is looked at last. */
function clustersOf(size: Size): Clusters {
  const { clusters, hanging } = sizes[size];
  const all = Array.from({ length: clusters }, (_, i) => (i === 0 ? 'prod' : `c${String(i + 1).padStart(2, '0')}`));
  const every = Math.floor(clusters / hanging);
  const silent = all.filter((_, i) => i % every === 1).slice(0, hanging);
  return { all, silent, healthy: all.filter((name) => !silent.includes(name)) };
}

/**
 * Many ways to one cluster, of different lengths, some of which say nothing. The floor looks at the others alone: the last of its reports
 * is of the slowest.
 */
export const statusHanging: Row = {
  name: 'status-hanging',
  what: 'status of 20 clusters of which 3 hang, until the others are reported',
  floor: 'the slowest of the others, without those that hang',
  reach: '≤ 1.2 × floor',
  async run(size, say) {
    const { rounds, patience } = sizes[size];
    const { all, healthy, silent } = clustersOf(size);
    const world = await startWorld({ crowd: 1, env: { STATUS_TIMEOUT_SECONDS: String(patience) } });
    const ways: Way[] = [];
    let subject: Child<Look, Looked> | undefined;
    try {
      await world.sandbox.bot.stop();
      const onlookers = startChild<Look, Looked>(onlooker, await environment(world, clustersOf(size), ways));
      subject = onlookers;
      const look = (of: readonly string[]): Promise<Looked> => onlookers.ask({ names: of });
      for (let i = 0; i < warm; i += 1) await look(healthy);
      const seen = await inTurns(rounds, {
        floor: () => look(healthy),
        subject: async (round) => {
          say(`round ${round + 1} of ${rounds}`);
          return look(all);
        },
      });
      const last = (looks: readonly Looked[]): readonly number[] => looks.map((one) => Math.max(...of(one, healthy).map(took)));
      const answered = (one: Looked): boolean => of(one, healthy).length === healthy.length && of(one, healthy).every(isAnswered);
      const unknown = (one: Looked): boolean =>
        of(one, silent).length === silent.length && of(one, silent).every(({ verdict }) => verdict === 'unknown');
      return {
        bounds: [{ of: 'median', value: median(last(seen.subject)) / median(last(seen.floor)), limit: 1.2 }],
        conditions: [
          { says: `${healthy.length} answered`, holds: [...seen.subject, ...seen.floor].every(answered) },
          { says: `${silent.length} unknown`, holds: seen.subject.every(unknown) },
        ],
        figures: {
          'last of the others median ms': median(last(seen.subject)),
          'slowest without those that hang median ms': median(last(seen.floor)),
          'last of the others worst ms': Math.max(...last(seen.subject)),
          'slowest without those that hang worst ms': Math.max(...last(seen.floor)),
          'first of the others median ms': median(seen.subject.map((one) => Math.min(...of(one, healthy).map(took)))),
          'those that hang median ms': median(seen.subject.map(({ millis }) => millis)),
        },
      };
    } finally {
      await subject?.stop();
      await Promise.all(ways.map((way) => way.stop()));
      await world.stop();
    }
  },
};

type Report = Looked['each'][number];
const of = ({ each }: Looked, which: readonly string[]): readonly Report[] => each.filter(({ name }) => which.includes(name));
const took = ({ millis }: Report): number => millis;
const isAnswered = ({ answered }: Report): boolean => answered;

/** The bot's, with a policy that names all clusters, each at the end of its own way. */
async function environment(
  { sandbox, dir }: BenchWorld,
  { all, silent }: Clusters,
  ways: Way[],
): Promise<Readonly<Record<string, string>>> {
  const { port } = sandbox.facts.cockroach;
  const urls: [string, string][] = [];
  for (const [i, name] of all.entries()) {
    const way = await wayTo(silent.includes(name) ? null : { port, millis: i * stepMillis });
    ways.push(way);
    urls.push([credential(name), (sandbox.botEnv['CRDB_PROD_URL'] ?? '').replace(`:${port}/`, `:${way.port}/`)]);
  }
  const policyFile = join(dir, 'many.yaml');
  writeFileSync(policyFile, withAll(readFileSync(sandbox.botEnv['POLICY_FILE'] ?? '', 'utf8'), all));
  return { ...sandbox.botEnv, ...Object.fromEntries(urls), POLICY_FILE: policyFile };
}

const credential = (name: string): string => `CRDB_${name.toUpperCase()}_URL`;

/** The one cluster of the sandbox's policy, once for each name. */
function withAll(policy: string, names: readonly string[]): string {
  const one = /^ {2}prod:\n(?: {4}.*\n)+/m.exec(policy)?.[0];
  if (one === undefined) throw new Error('the policy of the sandbox has no cluster prod');
  const called = (name: string): string =>
    one
      .replace('  prod:', `  ${name}:`)
      .replace('CRDB_PROD_URL', credential(name))
      .replace(/ {4}settings_credential: .*\n/, '');
  return policy.replace(one, names.map(called).join(''));
}

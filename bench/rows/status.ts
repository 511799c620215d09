import type { StatusFloor, StatusFloorTook } from '../floors/status.ts';
import { median } from '../harness/figures.ts';
import { inTurns } from '../harness/rounds.ts';
import type { Row, Size } from '../harness/row.ts';
import { startChild } from '../rig/child.ts';
import { members } from '../rig/crowd.ts';
import type { Look, Looked } from '../rig/onlooker.ts';
import { allAsk } from '../rig/people-act.ts';
import { type BenchWorld, count, startWorld, until } from '../rig/world.ts';

const onlooker = new URL('../rig/onlooker.ts', import.meta.url);
/** Turns before what is measured: by then both have their connections. */
const warm = 3;

const sizes: { readonly [S in Size]: { readonly people: number; readonly rounds: number } } = {
  full: { people: 50, rounds: 100 },
  quick: { people: 2, rounds: 2 },
};

/** One healthy cluster on which some people have their grants, looked at again and again; both sides have their connections already. */
export const status: Row = {
  name: 'status',
  what: 'status of one healthy cluster',
  floor: 'the same statements in two SQL round trips, and one fetch of the keys',
  reach: '≤ 2 × floor',
  async run(size, say) {
    const { people, rounds } = sizes[size];
    const world = await startWorld({ crowd: people });
    const { botEnv } = world.sandbox;
    const subject = startChild<Look, Looked>(onlooker, botEnv);
    const floor = startChild<StatusFloor, StatusFloorTook>(new URL('../floors/status.ts', import.meta.url), botEnv);
    try {
      await allServed(world, people);
      await world.sandbox.bot.stop();
      say(`${people} people have access`);
      const of: StatusFloor = {
        clusterUrl: botEnv['CRDB_PROD_URL'] ?? '',
        users: ['crdb_access', 'crdb_access_settings'],
        discoveryUrl: `${botEnv['AZURE_AUTHORITY_HOST']}/${botEnv['AZURE_TENANT_ID']}/v2.0/.well-known/openid-configuration`,
      };
      const sides = { subject: () => subject.ask({ names: ['prod'] }), floor: () => floor.ask(of) };
      await inTurns(warm, sides);
      const seen = await inTurns(rounds, sides);
      const looks = median(seen.subject.map(({ millis }) => millis));
      const part = (which: keyof StatusFloorTook): number => median(seen.floor.map((took) => took[which]));
      const whole = median(seen.floor.map(({ first, second, keys }) => first + second + keys));
      const verdicts = seen.subject.flatMap(({ each }) => each.map(({ verdict }) => verdict));
      return {
        bounds: [{ of: 'median', value: looks / whole, limit: 2 }],
        conditions: [{ says: `healthy ${rounds} times`, holds: verdicts.every((verdict) => verdict === 'healthy') }],
        figures: {
          'status median ms': looks,
          'floor median ms': whole,
          'first round trip median ms': part('first'),
          'second round trip median ms': part('second'),
          'keys median ms': part('keys'),
          'two empty round trips median ms': part('bare'),
          'ratio to two empty round trips and the keys': looks / (part('bare') + part('keys')),
        },
      };
    } finally {
      await Promise.all([subject.stop(), floor.stop()]);
      await world.stop();
    }
  },
};

async function allServed(world: BenchWorld, people: number): Promise<void> {
  await allAsk(world, members(1, people), 'reporting');
  const done = "requests WHERE state = 'granted' AND due IS NULL";
  await until(`${people} people have access`, async () => (await count(world.store, done)) === people, 300);
}

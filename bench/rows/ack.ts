import type { Platform } from '../../src/sandbox/platforms.ts';
import { tokenIssuer } from '../../src/sandbox/teams/issuer.ts';
import type { AckFloor } from '../floors/ack.ts';
import type { TeamsAckFloor } from '../floors/teams-ack.ts';
import { percentile } from '../harness/figures.ts';
import { inTurns } from '../harness/rounds.ts';
import type { Row, Size } from '../harness/row.ts';
import { startChild } from '../rig/child.ts';
import type { Hits, Volley } from '../rig/load.ts';
import type { Caller } from '../rig/typed.ts';
import { type BenchWorld, startWorld, untilWorked } from '../rig/world.ts';

const sizes: { readonly [S in Size]: { readonly rounds: number; readonly each: number; readonly warm: number } } = {
  full: { rounds: 4, each: 500, warm: 100 },
  quick: { rounds: 2, each: 40, warm: 8 },
};
const atOnce = 32;
const text = 'request analytics because of the quarterly numbers';

/** What differs between the platforms. */
interface Door<Floor extends { readonly databaseUrl: string }> extends Pick<Row, 'name' | 'what' | 'floor'> {
  readonly platform: Platform;
  readonly program: URL;
  /** Seconds that the bot may take to work what it has acknowledged in one round, before the next is measured. */
  readonly patience: number;
  /** Where the bot takes what people type. */
  url(world: BenchWorld): string;
  caller(world: BenchWorld): Caller;
  /** What the floor is given beside its store. */
  given(world: BenchWorld): Omit<Floor, 'databaseUrl'>;
}

const slack: Door<AckFloor> = {
  name: 'ack',
  what: 'slash command → ack, 32 at once, 2,000 requests, durable',
  floor: 'a bare Bolt app that does one INSERT and acks',
  platform: 'slack',
  program: new URL('../floors/ack.ts', import.meta.url),
  patience: 120,
  url: (world) => world.slackUrl,
  caller: ({ sandbox }) => ({ platform: 'slack', signingSecret: sandbox.facts.slack.signingSecret }),
  given: ({ sandbox }) => ({ signingSecret: sandbox.facts.slack.signingSecret }),
};

const teams: Door<TeamsAckFloor> = {
  name: 'teams-ack',
  what: 'message in Teams → HTTP 200, 32 at once, 2,000 requests, durable',
  floor: 'a bare CloudAdapter that verifies the same token, does one INSERT and answers',
  platform: 'teams',
  program: new URL('../floors/teams-ack.ts', import.meta.url),
  // The approvers' channel takes two cards a second, and a call that Teams puts off waits in its worker (src/adapters/teams/call.ts).
  patience: 1800,
  url: ({ sandbox }) => sandbox.facts.bot.teamsUrl,
  caller: ({ sandbox }) => ({
    platform: 'teams',
    token: sandbox.teams.issuer.token(),
    serviceUrl: sandbox.teams.serviceUrl,
  }),
  given: ({ sandbox: { teams: of } }) => ({
    appId: of.appId,
    tenantId: of.tenantId,
    issuer: tokenIssuer,
    metadataUrl: of.metadataUrl,
  }),
};

/** Everybody of a crowd asks for access, 32 at a time; each command is in the store before it is acknowledged. */
function acks<Floor extends { readonly databaseUrl: string }>(door: Door<Floor>): Row {
  const { name, what, floor: against } = door;
  return {
    name,
    what,
    floor: against,
    reach: 'p99 ≤ 2 × floor, none over 1 s',
    async run(size, say) {
      const { rounds, each, warm } = sizes[size];
      const world = await startWorld({ crowd: warm + rounds * each, platforms: [door.platform] });
      const load = startChild<Volley, Hits>(new URL('../rig/load.ts', import.meta.url));
      const floor = startChild<object, { url: string }>(door.program, {
        NODE_EXTRA_CA_CERTS: world.sandbox.teams.caFile,
      });
      try {
        const [own, caller] = [door.url(world), door.caller(world)];
        await world.sandbox.store.createDatabase('bench_floor');
        const { url } = await floor.ask({ databaseUrl: world.sandbox.store.url('bench_floor'), ...door.given(world) });
        const volley = async (to: string, from: number, count: number): Promise<Hits> => {
          const by = Array.from({ length: count }, (_, i) => from + i);
          return load.ask({ url: to, caller, atOnce, by, text });
        };
        await volley(url, 1, warm);
        await volley(own, 1, warm);
        const from = (round: number): number => 1 + warm + round * each;
        const seen = await inTurns(rounds, {
          floor: async (round) => {
            await untilWorked(world, door.patience);
            return volley(url, from(round), each);
          },
          subject: async (round) => {
            await untilWorked(world, door.patience);
            say(`round ${round + 1} of ${rounds}`);
            return volley(own, from(round), each);
          },
        });
        const [bot, bare] = [together(seen.subject), together(seen.floor)];
        const kept = await world.store.query<{ n: string }>('SELECT count(*) AS n FROM interactions');
        return {
          bounds: [{ of: 'p99', value: percentile(bot.millis, 0.99) / percentile(bare.millis, 0.99), limit: 2 }],
          conditions: [
            { says: 'none over 1 s', holds: Math.max(...bot.millis) <= 1000 },
            {
              says: 'all acknowledged and in the store',
              holds: bot.failed === 0 && Number(kept.rows[0]?.n) === warm + rounds * each,
            },
            { says: 'the floor refused none', holds: bare.failed === 0 },
          ],
          figures: { ...figures('bot', bot.millis), ...figures('floor', bare.millis), 'floor refused': bare.failed },
        };
      } finally {
        await Promise.all([load.stop(), floor.stop()]);
        await world.stop();
      }
    },
  };
}

export const ack: Row = acks(slack);
export const teamsAck: Row = acks(teams);

const together = (rounds: readonly Hits[]): Hits => ({
  millis: rounds.flatMap((r) => r.millis),
  failed: rounds.reduce((sum, r) => sum + r.failed, 0),
});

const figures = (who: string, millis: readonly number[]): Readonly<Record<string, number>> => ({
  [`${who} p50 ms`]: percentile(millis, 0.5),
  [`${who} p99 ms`]: percentile(millis, 0.99),
  [`${who} longest ms`]: Math.max(...millis),
});

import type { AckFloor } from '../floors/ack.ts';
import { percentile } from '../harness/figures.ts';
import { inTurns } from '../harness/rounds.ts';
import type { Row, Size } from '../harness/row.ts';
import { startChild } from '../rig/child.ts';
import type { Hits, Volley } from '../rig/load.ts';
import { startWorld, untilWorked } from '../rig/world.ts';

const sizes: { readonly [S in Size]: { readonly rounds: number; readonly each: number; readonly warm: number } } = {
  full: { rounds: 4, each: 500, warm: 100 },
  quick: { rounds: 2, each: 40, warm: 8 },
};
const atOnce = 32;
const text = 'request analytics because of the quarterly numbers';

/** Everybody of a crowd asks for access, 32 at a time; each command is in the store before it is acknowledged. */
export const ack: Row = {
  name: 'ack',
  what: 'slash command → ack, 32 at once, 2,000 requests, durable',
  floor: 'a bare Bolt app that does one INSERT and acks',
  reach: 'p99 ≤ 2 × floor, none over 1 s',
  async run(size, say) {
    const { rounds, each, warm } = sizes[size];
    const world = await startWorld({ crowd: warm + rounds * each });
    const load = startChild<Volley, Hits>(new URL('../rig/load.ts', import.meta.url));
    const floor = startChild<AckFloor, { url: string }>(new URL('../floors/ack.ts', import.meta.url));
    try {
      const { signingSecret } = world.sandbox.facts.slack;
      await world.sandbox.store.createDatabase('bench_floor');
      const { url } = await floor.ask({ databaseUrl: world.sandbox.store.url('bench_floor'), signingSecret });
      const volley = async (to: string, from: number, count: number): Promise<Hits> => {
        const by = Array.from({ length: count }, (_, i) => from + i);
        return load.ask({ url: to, signingSecret, atOnce, by, text });
      };
      await volley(url, 1, warm);
      await volley(world.slackUrl, 1, warm);
      const from = (round: number): number => 1 + warm + round * each;
      const seen = await inTurns(rounds, {
        floor: async (round) => {
          await untilWorked(world, 120);
          return volley(url, from(round), each);
        },
        subject: async (round) => {
          await untilWorked(world, 120);
          say(`round ${round + 1} of ${rounds}`);
          return volley(world.slackUrl, from(round), each);
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
        ],
        figures: { ...figures('bot', bot.millis), ...figures('floor', bare.millis), 'floor refused': bare.failed },
      };
    } finally {
      await Promise.all([load.stop(), floor.stop()]);
      await world.stop();
    }
  },
};

const together = (rounds: readonly Hits[]): Hits => ({
  millis: rounds.flatMap((r) => r.millis),
  failed: rounds.reduce((sum, r) => sum + r.failed, 0),
});

const figures = (who: string, millis: readonly number[]): Readonly<Record<string, number>> => ({
  [`${who} p50 ms`]: percentile(millis, 0.5),
  [`${who} p99 ms`]: percentile(millis, 0.99),
  [`${who} longest ms`]: Math.max(...millis),
});

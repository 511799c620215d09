import { openJobs } from '../../src/adapters/queue/jobs.ts';
import type { SandboxPerson } from '../../src/sandbox/people.ts';
import type { Connect, Play, Played } from '../floors/replay.ts';
import { inTurns } from '../harness/rounds.ts';
import type { Row, Size } from '../harness/row.ts';
import { putApproved, requestIdOf } from '../rig/approved.ts';
import { startChild } from '../rig/child.ts';
import { member, members } from '../rig/crowd.ts';
import { connectLike, lasting } from '../rig/databases.ts';
import { allAsk, approve, cardsOf } from '../rig/people-act.ts';
import { endTape, tapeEnv, tapeFile } from '../rig/recorder.ts';
import { type BenchWorld, count, pause, startWorld, until } from '../rig/world.ts';
import { cut, readTape, replayed, type Unit, unitsOf } from '../tape/tape.ts';

const sizes: { readonly [S in Size]: { readonly rounds: number; readonly each: number } } = {
  full: { rounds: 4, each: 250 },
  quick: { rounds: 1, each: 6 },
};
/** As in the bot: how many jobs at once, how many connections to its store. */
const atOnce = 8;
const poolSize = 10;

/** Approved requests that wait in the queue, drained to the direct message; the bot is held still while they are put there. */
export const drain: Row = {
  name: 'drain',
  what: '1,000 approved requests drained by one worker process',
  floor: 'the same statements by one `pg` pool of the same size',
  reach: "≥ 0.7 of the floor's rate, 0 doubles",
  async run(size, say) {
    const { rounds, each } = sizes[size];
    const crowd = 2 + 2 * rounds * each;
    const world = await startWorld({ crowd, env: tapeEnv });
    const floor = startChild<Connect | Play, Played>(new URL('../floors/replay.ts', import.meta.url));
    const jobs = await openJobs({ databaseUrl: world.sandbox.botEnv['DATABASE_URL'] ?? '', log });
    const sent = new Map<string, number>();
    try {
      await world.sandbox.store.createDatabase('bench_floor');
      await floor.ask(connectLike(world, poolSize));
      const units = await record(world, jobs);
      say(`the tape: ${units.length} in sequence`);
      world.onSeen((what, facts) => {
        if (what === 'chat.postMessage') sent.set(String(facts['requestId']), (sent.get(String(facts['requestId'])) ?? 0) + 1);
      });
      const ours: SandboxPerson[] = [];
      const millis = await inTurns(rounds, {
        subject: async (round) => {
          const people = members(3 + 2 * round * each, each);
          ours.push(...people);
          const took = await drained(world, jobs, people, sent);
          say(`round ${round + 1}: ${Math.round(took)} ms`);
          return took;
        },
        floor: async (round) => {
          const people = members(3 + (2 * round + 1) * each, each);
          await putApproved(world.store, member(1), people);
          const lists = people.map((person) => replayed(units, swapFor(person), lasting(crowd)));
          const { all, faults } = await floor.ask({ lists, atOnce, hop: false });
          if (faults.length > 0) throw new Error(`the floor's statements failed: ${faults.join('; ')}`);
          return all;
        },
      });
      const rate = (all: readonly number[]): number => (1000 * rounds * each) / all.reduce((sum, ms) => sum + ms, 0);
      const doubles = await doublesAmong(world, ours, sent);
      return {
        bounds: [{ of: 'rate', value: rate(millis.subject) / rate(millis.floor), limit: 0.7, least: true }],
        conditions: [{ says: `${doubles} doubles`, holds: doubles === 0 }],
        figures: {
          'bot requests/s': rate(millis.subject),
          'floor requests/s': rate(millis.floor),
          statements: units.reduce((sum, unit) => sum + (unit.kind === 'call' ? 0 : unit.of.length), 0),
        },
      };
    } finally {
      await Promise.all([floor.stop(), jobs.close()]);
      await world.stop();
    }
  },
};

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
type OpenJobs = Awaited<ReturnType<typeof openJobs>>;

const add = (jobs: OpenJobs, people: readonly SandboxPerson[]): Promise<unknown> =>
  Promise.all(people.map((person) => jobs.add({ kind: 'request', id: requestIdOf(person) })));

const done = 'requests WHERE id = ANY ($1) AND due IS NULL AND lease_until IS NULL';

/** The first member goes all the way by hand, the second as everybody will, on the tape. Gives that tape without its calls. */
async function record(world: BenchWorld, jobs: OpenJobs): Promise<readonly Unit[]> {
  const [first, second] = [member(1), member(2)];
  await allAsk(world, [first], 'analytics');
  const asked = (await cardsOf(world, [first], 60)).get(first.oid);
  if (asked !== undefined) await approve(world, first, asked);
  await until('the first request', async () => (await count(world.store, done, [[asked?.requestId]])) === 1, 30);
  await pause(500);
  await putApproved(world.store, first, [second]);
  await add(jobs, [second]);
  await until('the taped request', async () => (await count(world.store, done, [[requestIdOf(second)]])) === 1, 30);
  await pause(500);
  const isOfIt = (e: { readonly what: string }): boolean => JSON.stringify(e).includes(requestIdOf(second));
  const tape = cut(readTape(tapeFile(world)), isOfIt, () => true);
  endTape(world);
  return unitsOf(tape).filter((unit) => unit.kind !== 'call');
}

const swapFor = (person: SandboxPerson): readonly (readonly [string, string])[] => {
  const then = member(2);
  return [
    [requestIdOf(then), requestIdOf(person)],
    [then.oid, person.oid],
    [then.key, person.key],
    [then.key.toUpperCase(), person.key.toUpperCase()],
  ];
};

/** Milliseconds from the moment when the bot may go on to the last direct message. */
async function drained(
  world: BenchWorld,
  jobs: OpenJobs,
  people: readonly SandboxPerson[],
  sent: ReadonlyMap<string, number>,
): Promise<number> {
  await putApproved(world.store, member(1), people);
  const ids = people.map(requestIdOf);
  process.kill(world.sandbox.bot.pid(), 'SIGSTOP');
  try {
    for (let at = 0; at < people.length; at += atOnce) await add(jobs, people.slice(at, at + atOnce));
  } finally {
    process.kill(world.sandbox.bot.pid(), 'SIGCONT');
  }
  const began = performance.now();
  await until('the direct messages', () => ids.every((id) => sent.has(id)), 120 + 2 * people.length, 10);
  const took = performance.now() - began;
  await until('the end of the work', async () => (await count(world.store, done, [ids])) === ids.length, 60);
  return took;
}

/** What was done more than once, or not at all: messages sent, and each step as the audit has it. */
async function doublesAmong(
  { store }: BenchWorld,
  people: readonly SandboxPerson[],
  sent: ReadonlyMap<string, number>,
): Promise<number> {
  const events = ['cluster.create_user', 'cluster.grant_roles', 'request.provisioned', 'request.delivered'];
  const ids = people.map(requestIdOf);
  const once = await count(
    store,
    '(SELECT 1 FROM audit WHERE request_id = ANY ($1) AND event = ANY ($2) GROUP BY request_id, event HAVING count(*) = 1) AS once',
    [ids, events],
  );
  return ids.filter((id) => sent.get(id) !== 1).length + (ids.length * events.length - once);
}

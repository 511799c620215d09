import type { Connect, Play, Played } from '../floors/replay.ts';
import { percentile } from '../harness/figures.ts';
import { inTurns } from '../harness/rounds.ts';
import type { Row, Size } from '../harness/row.ts';
import type { SandboxPerson } from '../../src/sandbox/people.ts';
import { startChild } from '../rig/child.ts';
import { member, members } from '../rig/crowd.ts';
import { connectLike, lasting } from '../rig/databases.ts';
import { type Door, slackDoor, teamsDoor } from '../rig/doors.ts';
import { endTape, tapeEnv, tapeFile } from '../rig/recorder.ts';
import { allAsk, approve, type Asked, cardsOf } from '../rig/people-act.ts';
import { type BenchWorld, count, pause, startWorld, until } from '../rig/world.ts';
import { cut, type Entry, readTape, replayed, type Swap, type Tape, type Unit, unitsOf } from '../tape/tape.ts';

interface Amount {
  readonly pairs: number;
  readonly warm: number;
}
const sizes: { readonly [S in Size]: Amount } = { full: { pairs: 60, warm: 6 }, quick: { pairs: 3, warm: 2 } };

/** What differs between the platforms. */
interface Of extends Pick<Row, 'name' | 'what' | 'floor'> {
  readonly door: Door;
  /** Milliseconds for which nothing is sent, once the cards stand and after each approval: within the platform's limits for a conversation. */
  readonly rest: { readonly cards: { readonly [S in Size]: number }; readonly approval: number };
}

const slack: Of = {
  name: 'grant',
  what: 'Approve click → DM sent, grant read back',
  floor: 'the same SQL by `pg` + one queue hop + the same Slack calls, in sequence',
  door: slackDoor,
  rest: { cards: { full: 0, quick: 0 }, approval: 50 },
};

const teams: Of = {
  name: 'teams-grant',
  what: 'Approve pressed in Teams → message in the personal chat, grant read back',
  floor: 'the same SQL by `pg` + one queue hop + the same connector calls, in sequence',
  door: teamsDoor,
  // learn.microsoft.com, "rate-limit": 60 calls in 30 seconds for one conversation, which all cards stand in, bot and floor together.
  rest: { cards: { full: 30_000, quick: 2_000 }, approval: 1_500 },
};

/** One click after the other, each timed until the requester's login command stands before them. */
const grants = (of: Of): Row => ({
  name: of.name,
  what: of.what,
  floor: of.floor,
  reach: 'p95 ≤ 1.5 × floor',
  async run(size, say) {
    const { door, rest } = of;
    const { pairs, warm } = sizes[size];
    const people = members(1, warm + 2 * pairs);
    const env = { ...tapeEnv, RETRY_CAP_SECONDS: '5' };
    const world = await startWorld({ crowd: people.length, platforms: [door.platform], env });
    const floor = startChild<Connect | Play, Played>(new URL('../floors/replay.ts', import.meta.url), {
      NODE_EXTRA_CA_CERTS: world.sandbox.teams.caFile,
    });
    try {
      await world.sandbox.store.createDatabase('bench_floor');
      await floor.ask(connectLike(world, 4));
      await allAsk(world, people, 'analytics', door);
      say(`${people.length} cards, as quickly as the platform takes them`);
      const asked = await cardsOf(world, people, 120 + 2 * people.length, door);
      const cardOf = (n: number): Asked => asked.get(member(n).oid) ?? fail(n);
      const granted = (n: number): Promise<number> => approved(world, member(n), cardOf(n), of);
      await pause(rest.cards[size]);

      for (let n = 1; n <= warm; n += 1) await granted(n);
      const tape = clickToMessage(readTape(tapeFile(world)), warm, door);
      endTape(world);
      const units = unitsOf(tape).filter((unit) => unit.kind !== 'call' || unit.of.url.startsWith(door.origin(world)));
      const calls = unitsOf(tape).filter((unit) => unit.kind === 'call').length;
      say(`the tape: ${tape.entries.length} entries, ${units.length} in sequence`);

      const versionThen = versionOf(units, cardOf(warm).requestId);
      const played = async (n: number): Promise<number> => {
        await world.store.query('UPDATE requests SET version = $2 WHERE id = $1', [cardOf(n).requestId, versionThen]);
        const list = replayed(units, swapFor(warm, n, cardOf, door), lasting(people.length));
        const { millis, faults } = await floor.ask({ lists: [list], atOnce: 1, hop: true });
        if (faults.length > 0) throw new Error(`the floor's statements failed: ${faults.join('; ')}`);
        return millis[0] ?? Number.NaN;
      };
      const seen = await inTurns(pairs, {
        subject: (round) => granted(warm + 1 + 2 * round),
        floor: (round) => played(warm + 2 + 2 * round),
      });
      const delivered = await world.store.query<{ n: string }>(
        "SELECT count(*) AS n FROM audit WHERE event = 'request.delivered'",
      );
      return {
        bounds: [{ of: 'p95', value: percentile(seen.subject, 0.95) / percentile(seen.floor, 0.95), limit: 1.5 }],
        conditions: [{ says: 'each grant read back', holds: Number(delivered.rows[0]?.n) >= warm + pairs }],
        figures: {
          'bot p50 ms': percentile(seen.subject, 0.5),
          'bot p95 ms': percentile(seen.subject, 0.95),
          'floor p50 ms': percentile(seen.floor, 0.5),
          'floor p95 ms': percentile(seen.floor, 0.95),
          'p50 ratio': percentile(seen.subject, 0.5) / percentile(seen.floor, 0.5),
          statements: tape.entries.filter((e) => e.what === 'sql').length,
          'calls over HTTP': calls,
        },
      };
    } finally {
      await floor.stop();
      await world.stop();
    }
  },
});

export const grant: Row = grants(slack);
export const teamsGrant: Row = grants(teams);

/** From the click on the n-th person's request to the message that it ended with. */
function clickToMessage(tape: Tape, n: number, door: Door): Tape {
  const isClick = (e: Entry): boolean => e.what === 'sql' && e.text.includes('Keep an interaction');
  const isMessage = (e: Entry): boolean => e.what === 'http' && door.isCallTo(member(n), e);
  const end = tape.entries.findLastIndex(isMessage);
  const start = tape.entries.slice(0, end + 1).findLastIndex(isClick);
  const [first, last] = [tape.entries[start], tape.entries[end]];
  return cut(
    tape,
    (e) => e === first,
    (e) => e === last,
  );
}

/** The version that the request had at the click: the first save on the tape names it. */
function versionOf(units: readonly Unit[], requestId: string): number {
  const statements = units.flatMap((unit) => (unit.kind === 'call' ? [] : unit.of));
  const save = statements.find((s) => s.text.includes('Save a request') && s.values?.[0] === requestId);
  return Number(save?.values?.[1]);
}

function swapFor(from: number, to: number, cardOf: (n: number) => Asked, door: Door): Swap {
  const [a, b] = [member(from), member(to)];
  const [then, now] = [cardOf(from), cardOf(to)];
  return [
    [then.requestId, now.requestId],
    [then.ts, now.ts],
    [a.oid, b.oid],
    [a.key, b.key],
    [a.key.toUpperCase(), b.key.toUpperCase()],
    ...door.names(a).map((name, i) => [name, door.names(b)[i] ?? name] as const),
  ];
}

/** Approves, and lets what follows the message end before the next is timed. */
async function approved(world: BenchWorld, person: SandboxPerson, asked: Asked, { door, rest }: Of): Promise<number> {
  const millis = await approve(world, person, asked, door);
  const unfinished = `(SELECT id FROM interactions WHERE worked_at IS NULL UNION ALL
    SELECT id FROM requests WHERE id = $1 AND (due IS NOT NULL OR lease_until IS NOT NULL)) AS unfinished`;
  await until('the request is done', async () => (await count(world.store, unfinished, [asked.requestId])) === 0, 30, 10);
  await pause(rest.approval);
  return millis;
}

function fail(n: number): never {
  throw new Error(`person ${n} has no card`);
}

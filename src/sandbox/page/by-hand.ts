/** Runs what an admin of the cluster gets wrong by hand, as root, and what takes it back. */
import pg from 'pg';
import type { Sandbox } from '../running.ts';
import { type Call, text, Wrong } from './call.ts';
import type { MistakeNow } from './feed.ts';
import { type Made, type Mistake, mistakes, type Present } from './mistakes.ts';
import { readCluster } from './reading.ts';

interface Standing extends Made {
  /** Whether it was seen: what is read of the cluster while it is made does not show it yet. */
  readonly seen: boolean;
}

/** What stands of each sandbox's cluster, by the mistake's name. */
const standing = new WeakMap<Sandbox, Map<string, Standing>>();
const madeIn = (sandbox: Sandbox): Map<string, Standing> => {
  const made = standing.get(sandbox) ?? new Map<string, Standing>();
  standing.set(sandbox, made);
  return made;
};

/** `POST api/by-hand`: `{ do: name }` makes a mistake, `{ undo: name }` takes it back. Both say what was run. */
export const byHand: Call = async (sandbox, f) => {
  const sql = 'undo' in f ? await takeBack(sandbox, named(f, 'undo')) : await make(sandbox, named(f, 'do'));
  return { status: 200, body: { ok: true, sql } };
};

/**
 * Every mistake that can be made now or stands, and of those that stand what was run and what takes it back. What somebody mended meanwhile
 * is forgotten.
 */
export function mistakesNow(sandbox: Sandbox, now: Present): readonly MistakeNow[] {
  const made = madeIn(sandbox);
  for (const [name, one] of made) {
    if (one.stands(now)) made.set(name, { ...one, seen: true });
    else if (one.seen) made.delete(name);
  }
  return mistakes
    .filter((mistake) => made.has(mistake.name) || mistake.make(now) !== null)
    .map(({ name, says }) => {
      const { run, undo } = made.get(name) ?? { run: [], undo: [] };
      return { name, says, run, undo };
    });
}

function named(f: Readonly<Record<string, unknown>>, field: 'do' | 'undo'): Mistake {
  const name = text(f, field);
  const found = mistakes.find((mistake) => mistake.name === name);
  if (found !== undefined) return found;
  throw new Wrong(`${field}: "${name}" is unknown; write one of ${mistakes.map((mistake) => mistake.name).join(', ')}`);
}

async function make(sandbox: Sandbox, { name, says, make: makeOf }: Mistake): Promise<readonly string[]> {
  return await asRoot(sandbox, async (now, run) => {
    const made = makeOf(now);
    if (made === null || madeIn(sandbox).has(name))
      throw new Wrong(`do: “${says}” is done already, or there is nothing yet that it could change`);
    await run(made.run);
    madeIn(sandbox).set(name, { ...made, seen: false });
    return made.run;
  });
}

async function takeBack(sandbox: Sandbox, { name, says }: Mistake): Promise<readonly string[]> {
  return await asRoot(sandbox, async (now, run) => {
    const made = madeIn(sandbox).get(name);
    madeIn(sandbox).delete(name);
    // An older value over one that somebody mended would be another mistake.
    if (made?.stands(now) !== true) throw new Wrong(`undo: “${says}” does not stand any more; nothing was run`);
    await run(made.undo);
    return made.undo;
  });
}

async function asRoot<T>(
  sandbox: Sandbox,
  work: (now: Present, run: (sql: readonly string[]) => Promise<void>) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: sandbox.facts.cockroach.adminUrl, application_name: 'root by hand' });
  client.on('error', () => undefined); // what runs finds it broken, and says so
  await client.connect();
  try {
    const { users, texts } = await readCluster(client);
    const run = async (sql: readonly string[]): Promise<void> => {
      for (const statement of sql) await client.query(statement);
    };
    return await work({ users, setting: (name) => texts.get(name) }, run);
  } finally {
    await client.end();
  }
}

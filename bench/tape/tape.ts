/** What the bot did for one request, as written down by inside/tape.mjs, and played again for somebody else. */

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

export interface Statement {
  readonly n: number;
  readonly what: 'sql';
  readonly connection: number;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly text: string;
  readonly values: readonly unknown[] | null;
  /** The bot got an error, and knows what to make of it: a setting that this version does not have. */
  readonly failed: boolean;
}
export interface Call {
  readonly n: number;
  readonly what: 'http';
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}
export type Entry = Statement | Call;

/** What goes out as one: a statement, several that the bot sent without waiting for answers, a transaction, or a call. */
export type Unit =
  | { readonly kind: 'statements'; readonly of: readonly Statement[] }
  | { readonly kind: 'transaction'; readonly of: readonly Statement[] }
  | { readonly kind: 'call'; readonly of: Call };

export interface Tape {
  readonly entries: readonly Entry[];
  /** The entries whose answers had come before the n-th went out are those that ended earlier on the tape. */
  readonly endedBefore: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Reads a tape that may still be written to. */
export function readTape(file: string): Tape {
  const entries: Entry[] = [];
  const endedBefore = new Map<number, ReadonlySet<number>>();
  const ended = new Set<number>();
  const failed = new Set<number>();
  if (!existsSync(file)) return { entries, endedBefore };
  for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) {
    const read = JSON.parse(line) as Entry | { readonly ended: number; readonly failed: boolean };
    if ('ended' in read) {
      ended.add(read.ended);
      if (read.failed) failed.add(read.ended);
    } else {
      entries.push(read);
      endedBefore.set(read.n, new Set(ended));
    }
  }
  return { entries: entries.map((e) => (e.what === 'sql' ? { ...e, failed: failed.has(e.n) } : e)), endedBefore };
}

/** The tape from its first to its last entry that these accept. @throws Error when there is none */
export function cut({ entries, endedBefore }: Tape, first: (e: Entry) => boolean, last: (e: Entry) => boolean): Tape {
  const from = entries.findIndex(first);
  const to = entries.findLastIndex(last);
  if (from < 0 || to < from) throw new Error(`the tape has no beginning or no end among its ${entries.length} entries`);
  return { entries: entries.slice(from, to + 1), endedBefore };
}

/** Brings together what belongs together; everything else keeps its order. */
export function unitsOf({ entries, endedBefore }: Tape): readonly Unit[] {
  const units: Unit[] = [];
  const open = new Map<number, Statement[]>();
  for (const entry of entries) {
    if (entry.what === 'http') {
      units.push({ kind: 'call', of: entry });
      continue;
    }
    const transaction = open.get(entry.connection);
    if (/^BEGIN/i.test(entry.text)) {
      const of: Statement[] = [];
      open.set(entry.connection, of);
      units.push({ kind: 'transaction', of });
    } else if (transaction === undefined) {
      addStatement(units, entry, endedBefore);
    } else if (/^(COMMIT|ROLLBACK)/i.test(entry.text)) open.delete(entry.connection);
    else transaction.push(entry);
  }
  return units.filter((unit) => unit.kind === 'call' || unit.of.length > 0);
}

/** Two statements of one connection, the first not answered when the second went out: the bot sent them together. */
function addStatement(units: Unit[], entry: Statement, endedBefore: Tape['endedBefore']): void {
  const before = units.at(-1);
  const latest = before?.kind === 'statements' ? before.of.at(-1) : undefined;
  const together = latest?.connection === entry.connection && endedBefore.get(entry.n)?.has(latest.n) === false;
  if (together && before?.kind === 'statements') units[units.length - 1] = { ...before, of: [...before.of, entry] };
  else units.push({ kind: 'statements', of: [entry] });
}

/** What is put in the place of what, in every text of a unit. */
export type Swap = readonly (readonly [from: string, to: string])[];

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const timestamp = /\b\d{10}\.\d{6}\b/g;
let stamps = 0;

/**
 * The units as they would have been for somebody else. What has to be unique (ids that are made up, places of messages) is new.
 *
 * @param keep UUIDs that stand for something: people, applications
 */
export function replayed(units: readonly Unit[], swap: Swap, keep: ReadonlySet<string>): readonly Unit[] {
  const fresh = new Map<string, string>();
  const renew = (found: string, made: () => string): string => {
    const known = fresh.get(found) ?? made();
    fresh.set(found, known);
    return known;
  };
  const other = (text: string): string => {
    const swapped = swap.reduce((all, [from, to]) => all.replaceAll(from, to), text);
    return swapped
      .replaceAll(uuid, (id) => (keep.has(id) ? id : renew(id, randomUUID)))
      .replaceAll(timestamp, (ts) =>
        swap.some(([, to]) => to === ts) ? ts : renew(ts, () => `17${String(++stamps).padStart(8, '0')}.000000`),
      );
  };
  // All of it is text, numbers and lists of them: read again from its own JSON with the texts exchanged.
  return JSON.parse(JSON.stringify(units), (_, value: unknown) =>
    typeof value === 'string' ? other(value) : value,
  ) as readonly Unit[];
}

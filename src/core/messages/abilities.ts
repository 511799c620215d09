import type { Ability } from '../cluster/cluster.ts';

/** What roles can do, in a few words for an approver and in full for whoever wants to know. */

/** How many kinds of other privileges the short form names. */
const mostOthers = 4;

/** Privileges that change rows (CockroachDB docs, "Authorization", supported privileges). */
const writes: readonly string[] = ['INSERT', 'UPDATE', 'DELETE', 'ALL'];
const reads: readonly string[] = ['SELECT', 'ALL'];
/** What lets somebody in, or look around, and no more. */
const harmless: readonly string[] = ['CONNECT', 'USAGE'];

/**
 * `read 14 tables in analytics (SELECT). Cannot write.`
 *
 * @param abilities as the cluster showed them; null: the bot may not see them, or the cluster did not answer
 */
export function abilitySummary(abilities: readonly Ability[] | null, database: string): string | null {
  if (abilities === null) return null;
  const tables = abilities.filter((a) => a.kind === 'table');
  const written = tables.filter((t) => has(t, writes));
  const read = tables.filter((t) => has(t, reads) && !has(t, writes));
  const parts = [
    written.length === 0
      ? ''
      : `${written.some((t) => has(t, reads)) ? 'read and write' : 'write'} (${named(written, writes)}) ${count(written.length, 'table')} in ${database}`,
    read.length === 0 ? '' : `read ${count(read.length, written.length > 0 ? 'other table' : 'table')} in ${database} (SELECT)`,
  ].filter((part) => part !== '');
  const main = parts.length === 0 ? `read and write no table in ${database}` : parts.join('; ');
  return `${main}.${written.length === 0 && parts.length > 0 ? ' Cannot write.' : ''}${others(abilities)}`;
}

/** Everything else that matters: beyond rows, and beyond being let in. */
function others(abilities: readonly Ability[]): string {
  const rows = [...reads, ...writes];
  const kinds = new Map<string, number>();
  for (const ability of abilities) {
    for (const privilege of ability.privileges) {
      if (harmless.includes(privilege) || (ability.kind === 'table' && rows.includes(privilege))) continue;
      const of = ability.kind === 'system' ? `${privilege} (whole cluster)` : `${privilege} on ${ability.kind}`;
      kinds.set(of, (kinds.get(of) ?? 0) + 1);
    }
  }
  if (kinds.size === 0) return '';
  const all = [...kinds].map(([of, times]) => (times === 1 ? of : `${of} (${times} times)`));
  const rest = all.length - mostOthers;
  return ` Also: ${all.slice(0, mostOthers).join(', ')}${rest > 0 ? ` and ${rest} more kinds` : ''}.`;
}

/**
 * One line for each thing, tables first, at most `limit` of them.
 *
 * @returns the lines, and how many were left out
 */
export function abilityLines(
  abilities: readonly Ability[],
  limit: number,
): { readonly lines: readonly { readonly on: string; readonly privileges: string }[]; readonly more: number } {
  const order = (a: Ability): number => (a.kind === 'table' ? 0 : 1);
  const sorted = [...abilities].sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return {
    lines: sorted.slice(0, limit).map((a) => ({
      on: a.kind === 'table' ? a.name : a.kind === 'system' ? 'the whole cluster' : `${a.kind} ${a.name}`,
      privileges: a.privileges.join(', '),
    })),
    more: Math.max(0, sorted.length - limit),
  };
}

const has = (ability: Ability, any: readonly string[]): boolean => ability.privileges.some((p) => any.includes(p));

/** Which of these privileges occur, in the order in which they are listed. */
function named(abilities: readonly Ability[], among: readonly string[]): string {
  return among.filter((privilege) => abilities.some((a) => a.privileges.includes(privilege))).join(', ');
}

function count(n: number, what: string): string {
  return n === 1 ? `1 ${what}` : `${n} ${what}s`;
}

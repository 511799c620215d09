import type { SettingName } from '../../cluster/cluster.ts';
import type { Check, CheckId, Standing } from '../../cluster/report.ts';
import { planStep } from '../../messages/checks.ts';
import { type Facts, kept } from '../facts.ts';
import type { Sight } from '../sight.ts';

/** A check, and what it needs: every cluster, or one that answered. No checks: there is nothing to say. */
export type Look = (facts: Facts) => readonly Check[];
export type LookCloser = (facts: Facts, sight: Sight) => readonly Check[];

type More = Partial<Pick<Check, 'expected' | 'next' | 'sql'>>;

export function check(id: CheckId, standing: Standing, found: string, more: More = {}): Check {
  return { id, standing, found, expected: null, next: null, sql: [], ...more };
}

/** Something did not answer that the check needs. */
export function unknown(id: CheckId, silent: string, what: string): Check {
  return check(id, 'unknown', `${what} can't be told: ${silent}.`, { next: 'Look again in a minute.' });
}

/** How bad it is that logins lack something: nobody is locked out while nobody was granted anything. */
export function lack(facts: Facts): 'attention' | 'broken' {
  return 'is' in facts.ledger && kept(facts).length === 0 ? 'attention' : 'broken';
}

/** What mends a setting and whose move it is: Plan where the bot may write it, else the statement for an admin of the cluster. */
export function mending(facts: Facts, sight: Sight, setting: SettingName, byWatch: 'by the watch' | 'by Plan' = 'by Plan'): More {
  const loses = sight.losesBy(setting);
  const mind = loses === '' ? '' : ` Who would lose access by it: ${loses}.`;
  if (facts.cluster.settingsWritable) return { next: `${planStep}${mind}${byWatch === 'by Plan' ? '' : watching(facts, sight)}` };
  const sql = sight.sqlFor(setting);
  const run = sql.length === 0 ? 'An admin of the cluster has to set it.' : byAdmin;
  return { next: `${run}${mind}`, sql };
}

/** What the bot mends by itself where something was granted before: what its own rows say, and keys that are new. */
function watching({ paused, watching: { checkSeconds } }: Facts, { look }: Sight): string {
  const runs = 'is' in paused && paused.is === null && look.ownRows.length > 0;
  return runs ? ` The watch does it by itself as well, within ${checkSeconds} s or so.` : '';
}

export const byAdmin = 'An admin of the cluster runs the statement; the bot has no credential that may.';
/** Of what the bot is never given the right to do, or does not do by itself. */
export const adminRuns = 'An admin of the cluster runs the statement.';

/** The first few, and how many more there are. */
export function some(names: readonly string[], most = 3): string {
  const rest = names.length - most;
  return `${names.slice(0, most).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** `1 person`, `2 people`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

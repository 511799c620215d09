import type { Standing } from '../../cluster/report.ts';
import { saysTheSame } from '../../cluster-auth/merge-map.ts';
import type { DesiredSettings } from '../../cluster-auth/settings-plan.ts';
import { caseInsensitive, mapIdentity, type MapRow, parseIdentityMap } from '../../identity/identity-map.ts';
import { normalizeName } from '../../identity/sql-username.ts';
import { toldOr, type Facts } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { check, count, lack, type LookCloser, mending, some, unknown } from './check.ts';
import { unseen } from './unseen.ts';

const setting = 'server.identity_map.configuration';

/** Whether our rows of the identity map are those that the ledger, the directory and the cluster's users give now. */
export const map: LookCloser = (facts, sight) => {
  const hidden = unseen('map', setting, facts, sight);
  if (hidden !== null) return hidden;
  if ('silent' in facts.desired) return [unknown('map', facts.desired.silent, 'Whether the map has the right rows')];
  const desired = facts.desired.is;
  const { ownRows } = sight.look;
  if (saysTheSame(ownRows, desired.rows)) return [check('map', 'ok', current(sight))];
  if (ownRows.length === 0)
    return [check('map', lack(facts), missing(sight), { expected: shown(desired.rows), ...mending(facts, sight, setting) })];
  const { standing, says, come } = difference(facts, sight, desired);
  return [check('map', standing, says.join(' '), { expected: shown(come), ...mending(facts, sight, setting, 'by the watch') })];
};

function current({ look }: Sight): string {
  const patterns = look.ownRows.filter(isPattern).length;
  const people = look.ownRows.length - patterns;
  const parts = [
    ...(patterns > 0 ? ['a pattern'] : []),
    ...(people > 0 ? [count(people, 'row for one person', 'rows for one person each')] : []),
  ];
  const foreign = look.foreignRows.length;
  return `The bot's own rows are as they must be (${parts.join(' and ')})${foreign === 0 ? '' : `, beside ${count(foreign, 'row')} of others for the same issuer`}.`;
}

/** ident_map.go, MapExists: without a row of its name, the claim itself is the SQL user. */
function missing({ look }: Sight): string {
  const none = 'The map has no rows of the bot for our issuer';
  if (look.foreignRows.length > 0) return `${none}, only ${count(look.foreignRows.length, 'row')} of others.`;
  return `${none}, and none of others: the claim itself is then taken as the SQL user.`;
}

interface Difference {
  readonly standing: Standing;
  readonly says: readonly string[];
  readonly come: readonly string[];
}

function difference(facts: Facts, sight: Sight, desired: DesiredSettings): Difference {
  const wanted = rowsOf(desired.rows);
  const standing = sight.look.ownRows;
  const [there, due] = [new Set(standing.map(meaning)), new Set(wanted.map(meaning))];
  const come = wanted.filter((row) => !there.has(meaning(row)));
  const gone = standing.filter((row) => !due.has(meaning(row)));
  const open = newlyOpen(sight, standing.filter(isPattern), wanted.filter(isPattern), facts);
  const lacking = come.filter((row) => !isPattern(row));
  const stale = gone.filter((row) => !isPattern(row));
  const lockedOut = toldOr(sight.foreseen, null)?.logins.some(({ login }) => !login.ok && byMap.includes(login.step)) ?? false;
  const says = [
    ...(open.length === 0
      ? []
      : [
          `The bot's row was written before these were there, and would give them to whoever has that name in front of @${facts.policy.domains.primary}: ${some(open.map(({ name }) => name))}.`,
        ]),
    ...(lacking.length === 0
      ? []
      : [
          `${count(lacking.length, 'row')} of people ${lacking.length === 1 ? 'is' : 'are'} missing (SQL user ${some(lacking.map(({ user }) => user))}).`,
        ]),
    ...(stale.length === 0
      ? []
      : [
          `${count(stale.length, 'row')} no longer hold${stale.length === 1 ? 's' : ''}: the person is gone, disabled, renamed, or has no such SQL user (${some(stale.map(({ user }) => user))}).`,
        ]),
  ];
  const tight = 'The bot’s row leaves out names that it need not leave out any more.';
  return {
    standing: worst({ open, lockedOut, lacking, stale }),
    says: says.length === 0 ? [lockedOut ? 'The bot’s row keeps out people who were granted something.' : tight] : says,
    come: come.map(({ map: name, identity, user }) => `${name} ${identity} ${user}`),
  };
}

const byMap: readonly string[] = ['map', 'principal'];

/** A name that nobody can log in as opens no door. */
function worst(of: {
  readonly open: readonly { readonly canLogin: boolean }[];
  readonly lockedOut: boolean;
  readonly lacking: readonly MapRow[];
  readonly stale: readonly MapRow[];
}): Standing {
  if (of.lockedOut || of.open.some(({ canLogin }) => canLogin)) return 'broken';
  return of.open.length + of.lacking.length + of.stale.length > 0 ? 'attention' : 'note';
}

/** SQL users and roles that the standing pattern yields to somebody and the wanted one does not. */
function newlyOpen(
  { survey }: Sight,
  standing: readonly MapRow[],
  wanted: readonly MapRow[],
  { policy }: Facts,
): readonly { readonly name: string; readonly canLogin: boolean }[] {
  const options = { caseInsensitive: caseInsensitive(survey.version) };
  const yields = (rows: readonly MapRow[], name: string): boolean =>
    rows.some((row) => mapIdentity([row], row.map, `${name}@${policy.domains.primary}`, options).includes(normalizeName(name)));
  return survey.users.filter(({ name }) => yields(standing, name) && !yields(wanted, name));
}

const isPattern = ({ user }: MapRow): boolean => user === '\\1';
const meaning = ({ identity, user }: MapRow): string => `${identity} ${user}`;

function rowsOf(rows: readonly string[]): readonly MapRow[] {
  const parsed = parseIdentityMap(rows.join('\n'));
  if ('error' in parsed) throw new Error(`own rows of the identity map: ${parsed.error}`);
  return parsed.rows;
}

/** A pattern spells out every name that it leaves out, which nobody reads to its end. */
const longest = 160;
function shown(rows: readonly string[]): string | null {
  if (rows.length === 0) return null;
  return some(
    rows.map((row) => (row.length <= longest ? row : `${row.slice(0, longest)}… (${row.length} characters)`)),
    3,
  );
}

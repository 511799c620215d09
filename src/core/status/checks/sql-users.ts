import type { SqlUser } from '../../cluster/cluster.ts';
import type { LedgerRow } from '../../ports.ts';
import { type Facts, kept } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { adminRuns, check, count, type LookCloser, some, unknown } from './check.ts';
import { moved } from './memberships.ts';

/** Options that say how a SQL user logs in, or that it was made without a password. */
const harmless: readonly string[] = ['LOGIN', 'SQLLOGIN', 'PASSWORD'];

interface Changed {
  readonly gone: readonly LedgerRow[];
  readonly off: readonly LedgerRow[];
  /** With options that the bot does not give; adopted ones may have come with theirs, and two admins saw them. */
  readonly more: readonly { readonly row: LedgerRow; readonly options: readonly string[] }[];
}

/** What became of the SQL users that the bot keeps, without the bot. */
export function changed(facts: Pick<Facts, 'ledger'>, { survey }: Sight): Changed {
  const users = new Map(survey.users.map((user) => [user.name, user]));
  const all = kept(facts).map((row) => ({ row, user: users.get(row.sqlUsername) }));
  return {
    gone: all.filter(({ user }) => user === undefined).map(({ row }) => row),
    off: all.filter(({ user }) => user?.canLogin === false).map(({ row }) => row),
    more: all.flatMap(({ row, user }) => {
      const options = user === undefined || row.adopted ? [] : extra(user);
      return options.length === 0 ? [] : [{ row, options }];
    }),
  };
}

const extra = ({ options, canLogin }: SqlUser): readonly string[] =>
  options.filter(
    (option) => !harmless.includes(option.split('=')[0]?.trim() ?? '') && (canLogin || !/^NO(?:SQL)?LOGIN$/.test(option)),
  );

/** How many of the kept SQL users are not as the bot made them, or hold other roles than it gave them. */
export function changedCount(facts: Facts, sight: Sight): number {
  const { gone, off, more } = changed(facts, sight);
  const { taken, given } = moved(facts, sight);
  const names = [...gone, ...off, ...more.map(({ row }) => row)].map(({ sqlUsername }) => sqlUsername);
  return new Set([...names, ...[...taken, ...given.filter(({ adopted }) => !adopted)].map(({ user }) => user)]).size;
}

export const sqlUsers: LookCloser = (facts, sight) => {
  if ('silent' in facts.ledger) return [unknown('sql-users', facts.ledger.silent, 'Which SQL users the bot keeps')];
  const { gone, off, more } = changed(facts, sight);
  const found = [...dropped(gone, facts), ...switchedOff(off, facts), ...withMore(more, facts)];
  if (found.length > 0) return found;
  const n = kept(facts).length;
  return [
    check(
      'sql-users',
      'ok',
      n === 0
        ? 'The bot keeps no SQL user here yet.'
        : `${count(n, 'SQL user')} kept by the bot, as the bot made ${n === 1 ? 'it' : 'them'}.`,
    ),
  ];
};

const named = (rows: readonly LedgerRow[]): string => some(rows.map(({ sqlUsername, upn }) => `${sqlUsername} of ${upn}`));
/** Statements for more than a few are a list to be worked by hand. */
const most = 10;

function dropped(gone: readonly LedgerRow[], { adminSql }: Facts): ReturnType<LookCloser> {
  if (gone.length === 0) return [];
  return [
    check(
      'sql-users',
      'attention',
      `${count(gone.length, 'SQL user')} of the bot ${gone.length === 1 ? 'is' : 'are'} gone: ${named(gone)}. Who had ${gone.length === 1 ? 'it' : 'them'} can't log in.`,
      {
        expected: 'every SQL user that was granted is there',
        next: 'If it was not meant, an admin of the cluster creates it again; its roles are then named under "Role memberships".',
        sql: gone.slice(0, most).map(({ sqlUsername: user }) => adminSql({ kind: 'create_user', user })),
      },
    ),
  ];
}

function switchedOff(off: readonly LedgerRow[], { adminSql }: Facts): ReturnType<LookCloser> {
  if (off.length === 0) return [];
  return [
    check(
      'sql-users',
      'attention',
      `${count(off.length, 'SQL user')} of the bot may not log in any more (NOLOGIN): ${named(off)}.`,
      {
        expected: 'LOGIN',
        next: 'If somebody meant it, nothing is to be done: the bot does not switch it on again. Else an admin of the cluster runs the statement.',
        sql: off.slice(0, most).map(({ sqlUsername: user }) => adminSql({ kind: 'alter_user', options: ['LOGIN'], user })),
      },
    ),
  ];
}

function withMore(more: Changed['more'], { adminSql }: Facts): ReturnType<LookCloser> {
  if (more.length === 0) return [];
  const plain = more
    .slice(0, most)
    .flatMap(({ row, options }) =>
      options
        .filter((option) => /^[A-Z]+$/.test(option))
        .map((option) => adminSql({ kind: 'alter_user', options: [`NO${option}`], user: row.sqlUsername })),
    );
  return [
    check(
      'sql-users',
      'attention',
      `${count(more.length, 'SQL user')} of the bot ${more.length === 1 ? 'has' : 'have'} options that it did not give: ${some(more.map(({ row, options }) => `${row.sqlUsername} ${options.join(', ')}`))}.`,
      {
        expected: 'no options',
        next: `${adminRuns} Or somebody meant it, and then it stays.`,
        sql: plain,
      },
    ),
  ];
}

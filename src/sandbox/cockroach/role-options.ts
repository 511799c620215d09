/** Role options and system privileges, as CockroachDB names them (pkg/sql/roleoption/role_option.go, pkg/sql/privilege). */
import { SqlError, syntaxError } from './errors.ts';
import type { Cursor, Literal } from './sql/cursor.ts';

/** Options that are on or off; `NO` before the word switches off. LOGIN and SQLLOGIN are kept as their opposites. */
const switches = [
  'CREATEROLE',
  'CREATELOGIN',
  'CREATEDB',
  'CONTROLJOB',
  'CONTROLCHANGEFEED',
  'VIEWACTIVITY',
  'VIEWACTIVITYREDACTED',
  'CANCELQUERY',
  'MODIFYCLUSTERSETTING',
  'VIEWCLUSTERSETTING',
] as const;
const inverse = ['LOGIN', 'SQLLOGIN'] as const;

/** What one written option does to the stored ones. `value` undefined: the stored option has none. */
export interface OptionChange {
  /** As written: CREATELOGIN, NOLOGIN, PASSWORD, VALID UNTIL … */
  readonly written: string;
  readonly stored: string;
  readonly on: boolean;
  readonly value?: Literal;
}

/** Where a SQL user that was created at login came from (security/provisioning; SHOW USERS prints it among the options). */
export const provisioned = 'PROVISIONSRC';

export const optionWords: ReadonlySet<string> = new Set(
  [...switches, ...inverse].flatMap((word) => [word, `NO${word}`]).concat('PASSWORD', 'VALID_UNTIL'),
);

function readSwitch(word: string): OptionChange | null {
  const off = word.startsWith('NO') && word !== 'NO';
  const base = off ? word.slice(2) : word;
  if ((switches as readonly string[]).includes(base)) return { written: word, stored: base, on: !off };
  if ((inverse as readonly string[]).includes(base)) return { written: word, stored: `NO${base}`, on: off };
  return null;
}

/** Reads `[WITH] OPTION …` to the end of the statement. */
export function readOptions(cursor: Cursor): OptionChange[] {
  cursor.accept('WITH');
  const found: OptionChange[] = [];
  while (!cursor.done) {
    if (cursor.accept('ENCRYPTED', 'PASSWORD') || cursor.accept('PASSWORD')) {
      found.push({ written: 'PASSWORD', stored: 'PASSWORD', on: true, value: cursor.literal() });
    } else if (cursor.accept('VALID', 'UNTIL')) {
      found.push({ written: 'VALID UNTIL', stored: 'VALID UNTIL', on: true, value: cursor.literal() });
    } else {
      const change = cursor.token.kind === 'word' ? readSwitch(cursor.token.value.toUpperCase()) : null;
      if (change === null) throw cursor.wrong();
      cursor.skip();
      found.push(change);
    }
  }
  const stored = found.map((change) => change.stored);
  const twice = found.find((change, i) => stored.indexOf(change.stored) !== i);
  if (twice !== undefined) {
    const same = found.filter((change) => change.stored === twice.stored).every((change) => change.on === twice.on);
    throw new SqlError('42601', same ? 'redundant role options' : 'conflicting role options');
  }
  return found;
}

/** alter_role.go, checkPasswordOptionConstraints: what takes CREATELOGIN beside CREATEROLE. */
export function needsCreateLogin(options: readonly OptionChange[], newUser: boolean): boolean {
  const has = (written: string): boolean => options.some((option) => option.written === written);
  return (
    ['CREATELOGIN', 'NOCREATELOGIN', 'PASSWORD', 'VALID UNTIL', 'LOGIN'].some(has) || (newUser ? !has('NOLOGIN') : has('NOLOGIN'))
  );
}

const systemPrivileges: ReadonlySet<string> = new Set([
  'ALL',
  'BACKUP',
  'CANCELQUERY',
  'CONTROLJOB',
  'CREATEDB',
  'CREATELOGIN',
  'CREATEROLE',
  'EXTERNALCONNECTION',
  'EXTERNALIOIMPLICITACCESS',
  'INSPECT',
  'MODIFYCLUSTERSETTING',
  'MODIFYSQLCLUSTERSETTING',
  'NOSQLLOGIN',
  'REPAIRCLUSTER',
  'REPLICATION',
  'RESTORE',
  'VIEWACTIVITY',
  'VIEWACTIVITYREDACTED',
  'VIEWCLUSTERMETADATA',
  'VIEWCLUSTERSETTING',
  'VIEWDEBUG',
  'VIEWJOB',
  'VIEWSYSTEMTABLE',
]);

export function readSystemPrivileges(cursor: Cursor): string[] {
  const found: string[] = [];
  do {
    const word = cursor.name().toUpperCase();
    if (!systemPrivileges.has(word)) throw syntaxError(word.toLowerCase());
    found.push(word);
  } while (cursor.acceptSymbol(','));
  return found;
}

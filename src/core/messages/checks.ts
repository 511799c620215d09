import type { Check, CheckId, ClusterReport, Standing } from '../cluster/report.ts';
import type { Block, Text } from './card.ts';
import { cut } from './cut.ts';
import type { Form } from './form.ts';

/** What each check is called. */
export const labels: { readonly [C in CheckId]: string } = {
  reachable: 'Reachable',
  logins: 'Logins',
  enabled: 'Login with tokens',
  issuer: 'Issuer',
  audience: 'Audience',
  claim: 'Claim',
  keys: 'Signing keys',
  map: 'Identity map',
  'map-lint': 'Rows of the map',
  'role-sync': 'Roles from tokens',
  provisioning: 'Users made at login',
  clock: 'Clock',
  privileges: "The bot's privileges",
  roles: 'Roles of the policy',
  'sql-users': 'SQL users',
  memberships: 'Role memberships',
  work: 'Work under way',
  directory: 'Directory',
  watch: 'Watch',
};

/** The next step wherever the bot may write the settings itself. */
export const planStep =
  'Press Plan (at the command line: plan). It shows what would be written, and writes it when an admin says so.';

const order: readonly Standing[] = ['broken', 'unknown', 'attention'];

/** The checks that make the verdict what it is, the worst first, else as they were made. */
export function wrongFirst(checks: readonly Check[]): readonly Check[] {
  return order.flatMap((standing) => checks.filter((check) => check.standing === standing));
}

/**
 * How much of a report goes into a form: what every platform shows whole. A statement that is long, and what the last of many checks
 * say, is left to the command line.
 */
const most = { wrong: 14, notes: 10, characters: 600, statements: 6000, title: 24 };

/** A form that is only read: what it shows at once, while the cluster is looked at. */
export function looking(cluster: string, seconds: number): Form {
  return formOf(cluster, [{ kind: 'text', text: [`Looking at ${cluster} now. It takes up to ${seconds} seconds.`] }]);
}

/** Every check of one cluster: what is wrong with all that is known of it, what is in order, and what is said beside. */
export function checksForm(cluster: ClusterReport, at: Date): Form {
  const wrong = wrongFirst(cluster.checks);
  const room = { left: most.statements };
  const rest = wrong.length - most.wrong;
  const ok = cluster.checks.filter(({ standing }) => standing === 'ok');
  const notes = cluster.checks.filter(({ standing }) => standing === 'note');
  return formOf(cluster.cluster, [
    {
      kind: 'text',
      text: [
        { strong: `${cluster.cluster}: ${cluster.verdict}` },
        ...(cluster.version === null ? [] : [` · ${cluster.version}`]),
        ' · checked ',
        { at, style: 'date' },
      ],
    },
    ...wrong.slice(0, most.wrong).flatMap((check) => whole(check, room)),
    ...(rest > 0 ? [{ kind: 'note' as const, text: [`And ${rest} more.`] }] : []),
    ...listed('In order', ok),
    ...listed('To be known', notes.slice(0, most.notes)),
    {
      kind: 'note',
      text: [...lastHealthy(cluster), `All of it, with every statement whole, at the command line: status ${cluster.cluster}`],
    },
  ]);
}

const formOf = (cluster: string, blocks: readonly Block[]): Form => ({
  id: 'checks',
  title: `Checks of ${cluster}`.length <= most.title ? `Checks of ${cluster}` : 'All checks',
  blocks,
  fields: [],
  submit: null,
  about: cluster,
});

function whole(check: Check, room: { left: number }): Block[] {
  const { id, standing, found, expected, next, sql } = check;
  const facts = [
    { label: 'Found', text: [short(found)] },
    ...(expected === null ? [] : [{ label: 'Should be', text: [short(expected)] }]),
    ...(next === null ? [] : [{ label: 'Next', text: [short(next)] }]),
  ];
  return [{ kind: 'text', text: [{ strong: `${labels[id]}: ${standing}` }] }, { kind: 'facts', facts }, ...statements(sql, room)];
}

/** Whole or not at all: half a statement must not be there to be copied. */
function statements(sql: readonly string[], room: { left: number }): Block[] {
  const text = sql.join('\n');
  if (text === '') return [];
  if (text.length > room.left)
    return [{ kind: 'note', text: [`The SQL has ${text.length} characters: the command line prints it.`] }];
  room.left -= text.length;
  return [{ kind: 'code', code: text }];
}

function listed(heading: string, checks: readonly Check[]): Block[] {
  if (checks.length === 0) return [];
  return [
    { kind: 'text', text: [{ strong: heading }] },
    {
      kind: 'facts',
      facts: checks.map(({ id, found, next }) => ({
        label: labels[id],
        text: [short(found), ...(next === null ? [] : [` → ${short(next)}`])],
      })),
    },
  ];
}

function lastHealthy({ lastHealthy: at }: ClusterReport): Text {
  return at === null ? [] : ['Last healthy at ', { at, style: 'date' }, '. '];
}

const short = (text: string): string => cut(text, most.characters);

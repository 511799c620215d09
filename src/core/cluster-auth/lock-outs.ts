/** What stands against writing: everything that would lock somebody out, let somebody in, or that can't be known. */

import { supports } from '../cluster/releases.ts';
import { couldYieldToOthers } from '../identity/could-yield.ts';
import type { MapRow } from '../identity/identity-map.ts';
import { compareKeys, withItem, withKeysReplaced } from './jwt-settings.ts';
import type { Look, Unseen } from './look.ts';
import { withOwnRows } from './merge-map.ts';
import { type Blocked, type DesiredSettings, type SetSetting, settingSql, wantedClaim } from './settings-plan.ts';

type Check = (look: Look, desired: DesiredSettings) => readonly Blocked[];

const checks: readonly Check[] = [roleSync, foreignRows, noMapRow, claim, keyConflicts, issuersForm];

/** Every finding on its own, with the SQL that mends it and who loses access by it. */
export function lockOuts(look: Look, desired: DesiredSettings): Blocked[] {
  return checks.flatMap((check) => check(look, desired));
}

/** authorization_jwt.go: at each login all memberships that the token's groups do not name are revoked. */
function roleSync(look: Look): readonly Blocked[] {
  if (!look.syncsRoles) return [];
  const setting = 'server.jwt_authentication.authorization.enabled';
  return [
    {
      code: 'role_sync',
      says: `${setting} is on: at each login CockroachDB revokes every role that the token's groups do not name, so whatever is granted here would be gone after the next login.`,
      sql: [settingSql({ setting, value: 'false' })],
      loses: 'nobody at once; roles are then no longer taken from the groups in people’s tokens',
    },
  ];
}

const named = (row: MapRow): string => `line ${row.line} (${row.identity.slice(0, 120)} → ${row.user.slice(0, 63)})`;

function foreignRows(look: Look, desired: DesiredSettings): readonly Blocked[] {
  const { granting } = desired;
  if (granting === null) return [];
  const open = look.foreignRows.filter((row) => couldYieldToOthers(row, granting));
  return openRows(
    look,
    desired,
    open,
    `The identity map could give the SQL user ${granting.sqlUsername} to somebody other than ${granting.upn}`,
    ' Nothing is granted before that is corrected.',
  );
}

/** Rows that stand in the way because of whom they could let in, in one finding. */
export function openRows(
  look: Look,
  { rows }: Pick<DesiredSettings, 'rows'>,
  open: readonly MapRow[],
  says: string,
  so: string,
): readonly Blocked[] {
  if (open.length === 0) return [];
  const lines = open.map(named).join(', ');
  const corrected = withOwnRows(look.map, rows, [...look.ownRows, ...open]);
  return [
    {
      code: 'foreign_row',
      says: `${says}: ${lines}.${so} The statement leaves these rows out and puts in the bot's own.`,
      sql: [settingSql({ setting: 'server.identity_map.configuration', value: corrected })],
      loses: `whoever logs in by ${lines} and was not granted by this bot`,
    },
  ];
}

/** ident_map.go, MapExists: with the first row of an issuer, whoever no row matches is refused. */
function noMapRow(look: Look, desired: DesiredSettings): readonly Blocked[] {
  const unmapped = look.ownRows.length + look.foreignRows.length === 0;
  if (!look.enabled || !look.issuers.items.includes(desired.issuer) || !unmapped) return [];
  return [
    {
      code: 'no_map_row',
      says: `People with tokens of ${desired.issuer} can log in already, and the identity map has no row for it: the claim itself is their SQL user. The first row would refuse all of them.`,
      sql: [settingSql({ setting: 'server.identity_map.configuration', value: withOwnRows(look.map, desired.rows, []) })],
      loses: `everybody of ${desired.issuer} whose claim itself is their SQL user`,
    },
  ];
}

/** Where a claim that begins with `/` is no JSON pointer, it is a name like any other. */
export function hasWantedClaim(look: Look): boolean {
  return look.claim === wantedClaim || (look.claim === `/${wantedClaim}` && supports(look.present.version, 'claimPointer'));
}

/** One cluster has one claim: it is changed only from empty, and only where nobody's login depends on it. */
function claim(look: Look, { issuer }: DesiredSettings): readonly Blocked[] {
  if (hasWantedClaim(look)) return [];
  const sql = [settingSql({ setting: 'server.jwt_authentication.claim', value: wantedClaim })];
  const listed = [...look.otherIssuers, ...(look.issuers.items.includes(issuer) ? [issuer] : [])];
  const everybody = `everybody of ${listed.length === 0 ? 'any issuer' : listed.join(', ')} who logs in by the ${look.claim === '' ? 'subject (`sub`)' : `claim \`${look.claim}\``}`;
  const finding = (code: Blocked['code'], says: string): readonly Blocked[] => [{ code, says, sql, loses: everybody }];
  if (look.claim !== '') {
    return finding(
      'claim_differs',
      `The cluster takes the SQL user from the claim \`${look.claim}\`; people with Entra tokens need \`${wantedClaim}\`. A cluster has one claim for all issuers.`,
    );
  }
  if (look.otherIssuers.length > 0) {
    return finding(
      'claim_shared',
      `The claim would change from the subject to \`${wantedClaim}\` for ${look.otherIssuers.join(', ')} too. A cluster has one claim for all issuers.`,
    );
  }
  if (!look.enabled || !look.issuers.items.includes(issuer) || look.foreignRows.every(asksForAt)) return [];
  return finding(
    'claim_in_use',
    `People with tokens of ${issuer} can log in already, by the subject; the claim would change to \`${wantedClaim}\` under them.`,
  );
}

function keyConflicts(look: Look, { keys }: DesiredSettings): readonly Blocked[] {
  const { conflicts } = look.autoFetch ? { conflicts: [] } : compareKeys(look.keys.keys, keys);
  if (conflicts.length === 0) return [];
  const ids = conflicts.map((key) => key.kid).join(', ');
  return [
    {
      code: 'key_conflict',
      says: `The cluster has other keys under the ids of keys that Entra publishes now: ${ids}. CockroachDB looks a key up by its id alone, so one of the two can't be used.`,
      sql: [settingSql({ setting: 'server.jwt_authentication.jwks', value: withKeysReplaced(look.keys.keys, conflicts) })],
      loses: `whoever's tokens are signed with the present keys ${ids}`,
    },
  ];
}

function issuersForm(look: Look, { issuer, jwksUri }: DesiredSettings): readonly Blocked[] {
  const text = look.text('server.jwt_authentication.issuers');
  if (look.issuers.items.includes(issuer) || withItem(text, look.issuers, issuer, jwksUri) !== null) return [];
  return [
    {
      code: 'issuers_form',
      says: `server.jwt_authentication.issuers maps each issuer to the address of its keys. Add ${issuer} with the address that its discovery document names (jwks_uri).`,
      sql: [],
      loses: '',
    },
  ];
}

const whyUnseen: Readonly<Record<Unseen['why'], string>> = {
  redacted:
    'is not shown to the bot’s credential (it reads as <redacted>), so it can be neither compared nor merged. A settings credential with MODIFYCLUSTERSETTING sees it',
  unsupported: 'does not exist on this version of CockroachDB; logging in with Entra tokens needs 23.1.2 or later',
  unreadable: 'has a value that CockroachDB itself would not accept, so nothing can be merged into it',
};

/** A setting that can't be made out is never written over. */
export function unseen({ setting, why }: Unseen): Blocked {
  return { code: why, says: `${setting} ${whyUnseen[why]}.`, sql: [], loses: '' };
}

/** All that is to be written, for an admin to run; without the settings that another finding's SQL writes. */
export function withoutCredential(changes: readonly SetSetting[], findings: readonly Blocked[]): readonly Blocked[] {
  const written = findings.flatMap((finding) => finding.sql);
  const left = changes.filter(({ setting }) => !written.some((sql) => sql.startsWith(`SET CLUSTER SETTING ${setting} `)));
  if (left.length === 0) return [];
  return [
    {
      code: 'no_credential',
      says: 'The JWT settings are not as they must be, and the bot has no settings credential for this cluster. Run these one by one, in this order.',
      sql: left.map(settingSql),
      loses: '',
    },
  ];
}

/**
 * Whether a row can only match what holds an @. Entra's subjects are pairwise ids without one (access-token-claims-reference, `sub`),
 * so such a row lets nobody in by the subject. Anything but a plain @ of the pattern's own counts as no.
 */
export function asksForAt(row: MapRow): boolean {
  if (!row.pattern) return row.identity.includes('@');
  return /@(?![*?{])/.test(row.identity) && !/[|[]|\)[*?{]/.test(row.identity);
}

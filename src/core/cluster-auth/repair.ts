/** Everything that would make a cluster's JWT settings right, for an admin to decide on: also what the bot never writes by itself. */

import { type Owner, ownersNear, yieldingToOthers } from '../identity/could-yield.ts';
import type { MapRow } from '../identity/identity-map.ts';
import type { Clock, Jwk, SettingStep } from '../ports.ts';
import { compareKeys, sameKey, withKeys, withoutKeys } from './jwt-settings.ts';
import { asksForAt, hasWantedClaim, lockOuts, openRows, unseen } from './lock-outs.ts';
import { isLook, type Look, lookAt } from './look.ts';
import { notesOn, parts } from './reconcile.ts';
import type { Blocked, BlockedCode, DesiredSettings, PresentSettings } from './settings-plan.ts';

/** What is known beside what must be there. */
export interface Known {
  /** Keys that our own issuer published once and that no token in force can be signed with any more. */
  readonly spent: readonly Jwk[];
  /** Whose each SQL user of the ledger is. */
  readonly owners: readonly Owner[];
}

export interface Repair {
  /** In the order of writing. */
  readonly changes: readonly SettingStep[];
  /** What is not written, by whoever's word: with the SQL for somebody who knows what it is for. */
  readonly byHand: readonly Blocked[];
  /** People that the bot does not know, in words: who would lose a login, and who would gain one. */
  readonly others: { readonly loses: readonly string[]; readonly gains: readonly string[] };
  readonly notes: readonly string[];
}

const [enabledPart, ...before] = [...parts].reverse();
const withoutSync = 'server.jwt_authentication.authorization.enabled';

/** As for a grant, with role sync ended before JWT login is switched on. */
const repairs: typeof parts = [
  ...before.reverse(),
  { setting: withoutSync, missing: ({ syncsRoles }) => (syncsRoles ? 'false' : null) },
  ...(enabledPart === undefined ? [] : [enabledPart]),
];

/**
 * The full difference between what a cluster shows and what must be there of ours. Others' issuers, audiences, keys and map rows stay
 * byte for byte, and a value that can't be made out is never written over.
 *
 * @param present read just now
 * @param desired what must be there of ours; nobody is being granted anything
 * @param rest between the rows of others, each of which may be asked about every owner
 */
export async function repair(
  present: PresentSettings,
  desired: DesiredSettings,
  known: Known,
  rest: Clock['rest'],
): Promise<Repair> {
  const look = lookAt(present, desired);
  if (!isLook(look)) return { changes: [], byHand: look.map(unseen), others: { loses: [], gains: [] }, notes: [] };
  const changes = repairs.flatMap(({ setting, missing }): SettingStep[] => {
    const was = look.text(setting);
    const after = setting === 'server.jwt_authentication.jwks' ? keysOf(look, desired, known.spent) : missing(look, desired);
    return after === null || after === was ? [] : [{ setting, before: was, after }];
  });
  const findings = lockOuts(look, { ...desired, granting: null });
  const open = await openOnes(look.foreignRows, known.owners, rest);
  return {
    changes,
    byHand: [...findings.filter(({ code }) => !(code in decided)), ...openRows(look, desired, open, someones, '')],
    others: {
      loses: findings.flatMap(({ code, loses }) => (decided[code]?.(look, desired) === true ? [loses] : [])),
      gains: changes.some(({ setting }) => setting === 'server.jwt_authentication.enabled')
        ? look.otherIssuers.map((issuer) => `everybody of ${issuer} whom the cluster let in while JWT login was on`)
        : [],
    },
    notes: [...notesOn(look, desired), ...spentNotes(look, desired, known.spent)],
  };
}

/** What an admin may decide here, and whether it takes somebody's login that the bot does not know. */
const decided: { readonly [C in BlockedCode]?: (look: Look, desired: DesiredSettings) => boolean } = {
  role_sync: () => false,
  // No SQL user's name has an @ (pkg/security/username), and every UPN has: without a row nobody came in by it.
  no_map_row: (look) => !hasWantedClaim(look),
  claim_differs: takesClaim,
  claim_shared: takesClaim,
  claim_in_use: takesClaim,
};

/** Rows that only match what holds an @ let nobody in by the subject; others' tokens are nothing that we know. */
function takesClaim(look: Look, { issuer }: DesiredSettings): boolean {
  if (look.otherIssuers.length > 0) return true;
  if (!look.enabled || !look.issuers.items.includes(issuer)) return false;
  const bySubject = look.claim === '' || look.claim === 'sub';
  const mapped = look.ownRows.length + look.foreignRows.length > 0;
  return !(bySubject && mapped && look.foreignRows.every(asksForAt));
}

/** Where our spent keys stand, from 0. A key that is published again is no longer spent, whoever saw it go. */
function spentAt(look: Look, { keys }: DesiredSettings, spent: readonly Jwk[]): ReadonlySet<number> {
  const gone = spent.filter((key) => !keys.some(({ kid }) => kid === key.kid));
  const isSpent = (present: Jwk): boolean => gone.some((key) => key.kid === present.kid && sameKey(present, key));
  return new Set(look.keys.keys.flatMap((key, i) => (isSpent(key) ? [i] : [])));
}

function keysOf(look: Look, desired: DesiredSettings, spent: readonly Jwk[]): string | null {
  if (look.autoFetch) return null;
  const { missing } = compareKeys(look.keys.keys, desired.keys);
  const gone = spentAt(look, desired, spent);
  if (missing.length + gone.size === 0) return null;
  const left = withoutKeys(look.text('server.jwt_authentication.jwks'), look.keys.bare, gone);
  return missing.length === 0 ? left : withKeys(left, look.keys.bare && gone.size === 0, missing);
}

function spentNotes(look: Look, desired: DesiredSettings, spent: readonly Jwk[]): readonly string[] {
  const count = look.autoFetch ? 0 : spentAt(look, desired, spent).size;
  return count === 0 ? [] : [`${count} of the keys there were withdrawn by Entra so long ago that no token needs them any more.`];
}

const someones = 'Rows that this bot did not write could give somebody’s SQL user to somebody else';

/** A row is asked about so many owners between two rests. */
const inOneGo = 64;

async function openOnes(rows: readonly MapRow[], owners: readonly Owner[], rest: Clock['rest']): Promise<readonly MapRow[]> {
  const near = ownersNear(owners);
  const open: MapRow[] = [];
  for (const row of rows) {
    const [asked, yields] = [near(row), yieldingToOthers(row)];
    let from = 0;
    do {
      await rest();
      if (asked.slice(from, from + inOneGo).some(yields)) {
        open.push(row);
        break;
      }
      from += inOneGo;
    } while (from < asked.length);
  }
  return open;
}

import type { Check } from '../../cluster/report.ts';
import { sameKey, withoutKeys } from '../../cluster-auth/jwt-settings.ts';
import { isSpent, tokenLifeSeconds } from '../../cluster-auth/key-grace.ts';
import { settingSql } from '../../cluster-auth/settings-plan.ts';
import { utc } from '../../messages/card.ts';
import { span } from '../../messages/span.ts';
import type { Jwk, SeenKey } from '../../ports.ts';
import { type Facts, toldOr } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { check, count, mending, some } from './check.ts';

export const setting = 'server.jwt_authentication.jwks';

/** What stands on the cluster and Entra does not publish: an old key of Entra's, or somebody else's. */
export function beyond(published: readonly Jwk[], facts: Facts, sight: Sight): readonly Check[] {
  const extra = sight.look.keys.keys.filter((key) => key['kty'] !== 'oct' && !published.some(({ kid }) => kid === key.kid));
  const before = toldOr(facts.issuerSeen, null)?.keys ?? [];
  const seen = (key: Jwk): SeenKey | undefined => before.find(({ kid, jwk }) => kid === key.kid && sameKey(key, jwk));
  const known = extra.flatMap((key) => seen(key) ?? []);
  const spent = known.filter((key) => isSpent(key, facts.now));
  const nobodys = extra.filter((key) => seen(key) === undefined);
  return [
    ...stale(spent, facts, sight),
    ...known.filter((key) => !spent.includes(key)).map((key) => leaving(key)),
    ...unclaimed(nobodys, sight),
  ];
}

function stale(spent: readonly SeenKey[], facts: Facts, sight: Sight): readonly Check[] {
  if (spent.length === 0) return [];
  const each = spent.map(({ kid, goneSince }) => `${kid} (withdrawn by Entra ${span(goneSince ?? facts.now, facts.now)} ago)`);
  return [
    check('keys', 'attention', `On the cluster and no longer needed: ${some(each)}.`, {
      expected: 'no key that every token of has ended',
      ...mending(facts, sight, setting),
    }),
  ];
}

function leaving({ kid, goneSince }: SeenKey): Check {
  if (goneSince === null)
    return check('keys', 'note', `${kid} was just withdrawn by Entra. It stays for the tokens that it signed.`);
  const until = new Date(goneSince.getTime() + tokenLifeSeconds * 1000);
  return check(
    'keys',
    'note',
    `${kid} was withdrawn by Entra. It stays for the tokens that it signed, and is no longer needed after ${utc(until, 'date')}.`,
  );
}

/** Where no other issuer is listed, nobody else's tokens are taken, so nobody else needs a key. */
function unclaimed(keys: readonly Jwk[], sight: Sight): readonly Check[] {
  if (keys.length === 0) return [];
  if (sight.look.otherIssuers.length > 0)
    return [
      check(
        'keys',
        'note',
        `${count(keys.length, 'key')} on the cluster (${ids(keys)}) ${keys.length === 1 ? 'is' : 'are'} not Entra's; the other issuers that are listed may need ${keys.length === 1 ? 'it' : 'them'}.`,
      ),
    ];
  return [
    check(
      'keys',
      'attention',
      `On the cluster and published by nobody that it trusts: ${ids(keys)}. Whoever has the private key can sign tokens as anybody.`,
      {
        expected: 'the keys that Entra publishes',
        next: 'An admin of the cluster finds out whose it is. If nobody’s, the statement takes it out of the list; Plan leaves it there.',
        sql: without(keys, sight),
      },
    ),
  ];
}

/** The list without these, others byte for byte. */
export function without(keys: readonly Jwk[], { look }: Pick<Sight, 'look'>): readonly string[] {
  const at = new Set(look.keys.keys.flatMap((key, i) => (keys.includes(key) ? [i] : [])));
  return [settingSql({ setting, value: withoutKeys(look.text(setting), look.keys.bare, at) })];
}

export const ids = (keys: readonly Jwk[]): string =>
  some(
    keys.map(({ kid }) => (kid === undefined || kid === '' ? 'one without an id' : kid)),
    4,
  );

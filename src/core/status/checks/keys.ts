import type { Check } from '../../cluster/report.ts';
import { compareKeys, isUsable } from '../../cluster-auth/jwt-settings.ts';
import type { Jwk } from '../../ports.ts';
import { type Facts, toldOr } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { check, count, lack, type LookCloser, mending, unknown } from './check.ts';
import { beyond, ids, setting, without } from './keys-beyond.ts';
import { unseen } from './unseen.ts';

/** The keys that the cluster checks signatures with, against those that Entra publishes now. */
export const keys: LookCloser = (facts, sight) => {
  if (sight.look.autoFetch) return fetched(sight);
  const hidden = unseen('keys', setting, facts, sight);
  if (hidden !== null) return hidden;
  const symmetric = withSecret(sight);
  if ('silent' in facts.published)
    return [...symmetric, unknown('keys', facts.published.silent, 'Whether these are the keys that Entra signs with')];
  const { missing, conflicts } = compareKeys(sight.look.keys.keys, facts.published.is.keys);
  const wrong = [...symmetric, ...lacking(missing, facts, sight), ...conflicting(conflicts, facts, sight)];
  const extra = beyond(facts.published.is.keys, facts, sight);
  const there = facts.published.is.keys.filter(isUsable).length;
  const all = check(
    'keys',
    'ok',
    `${there === 1 ? 'The key' : `All ${there} keys`} that Entra publishes now ${there === 1 ? 'is' : 'are'} there.`,
  );
  return [...(wrong.length === 0 ? [all] : wrong), ...extra];
};

function lacking(missing: readonly Jwk[], facts: Facts, sight: Sight): readonly Check[] {
  if (missing.length === 0) return [];
  return [
    check(
      'keys',
      lack(facts),
      `Missing on the cluster: ${ids(missing)}. Tokens that are signed with ${missing.length === 1 ? 'it' : 'them'} are refused.`,
      {
        expected: `every key that Entra publishes now: ${ids(toldOr(facts.published, null)?.keys ?? [])}`,
        ...mending(facts, sight, setting, 'by the watch'),
      },
    ),
  ];
}

/** A key is looked up by its id alone (jwx, jws/key_provider.go): what stands there under it is used, and nothing else. */
function conflicting(conflicts: readonly Jwk[], facts: Facts, sight: Sight): readonly Check[] {
  if (conflicts.length === 0) return [];
  return [
    check('keys', 'broken', `The cluster has other keys under the ids of keys that Entra publishes now: ${ids(conflicts)}.`, {
      expected: 'under each id the key that Entra publishes',
      next: 'An admin of the cluster decides whose key it is: the statement puts Entra’s in its place.',
      sql: sight.sqlFor(setting).slice(0, facts.cluster.settingsWritable ? 1 : undefined),
    }),
  ];
}

/** With a key of type `oct` the same secret signs and checks: whoever can read the setting can sign tokens. */
function withSecret({ look }: Sight): readonly Check[] {
  const secret = look.keys.keys.filter((key) => key['kty'] === 'oct');
  if (secret.length === 0) return [];
  return [
    check(
      'keys',
      'broken',
      `${count(secret.length, 'key')} on the cluster (${ids(secret)}) ${secret.length === 1 ? 'is' : 'are'} symmetric (kty oct): whoever can read the setting can sign tokens as anybody.`,
      {
        expected: 'public keys alone',
        next: 'An admin of the cluster takes it out of the list, and whoever signs with it chooses another kind.',
        sql: without(secret, { look }),
      },
    ),
  ];
}

/** authentication_jwt.go: with auto fetch the list is not looked at. */
function fetched({ look }: Sight): readonly Check[] {
  const from =
    look.issuers.form === 'issuer_jwks_map' ? 'the addresses in its list of issuers' : 'each issuer’s discovery document';
  return [
    check(
      'keys',
      'note',
      `The cluster fetches the keys itself (server.jwt_authentication.jwks_auto_fetch.enabled is on), by ${from}: its own list is ignored, every node needs a way out to them, and a login is refused while they do not answer. Whether they can be reached from there can't be seen from here.`,
    ),
  ];
}

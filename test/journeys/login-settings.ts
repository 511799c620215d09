/** The settings of generated logins: right, or wrong in one place that is known. */
import type { Chance } from './login-rng.ts';
import { type Bad, bad, type Entry, good, keySet, type Signer, signers } from './login-signers.ts';
import type { Step, Version } from './login-versions.ts';

/** SQL users of every cluster, each with spellings that CockroachDB folds to its name (lower case rune by rune, then NFC). */
export const existing: readonly { readonly name: string; readonly spelled: readonly string[] }[] = [
  { name: 'alice', spelled: ['alice', 'ALICE', 'Alice'] },
  { name: 'bob.smith-2', spelled: ['bob.smith-2', 'Bob.Smith-2'] },
  { name: '_under', spelled: ['_under', '_UNDER'] },
  { name: '42', spelled: ['42'] },
  { name: 'true', spelled: ['true', 'True'] },
  { name: 'i', spelled: ['i', 'I', 'İ', 'ı'] },
  { name: 'zo\u00eb', spelled: ['zo\u00eb', 'ZO\u00cb', 'zoe\u0308'] },
  { name: 'ομηροσ', spelled: ['ομηροσ', 'ΟΜΗΡΟΣ'] },
  { name: 'admin', spelled: ['admin', 'ADMIN'] },
];
export const asleep = ['sleeper', 'retired.role'] as const;
export const missing = ['ghost', 'nobody-here', 'a!b', "o'brien"] as const;
/** A SQL user that more than one principal may be, where the map says so. */
export const shared = 'shared';

export const plain = (name: string): boolean => /^[a-z0-9_][a-z0-9._-]*$/.test(name);

/** The identity map of the issuer, and what its rows do. */
export interface MapOf {
  readonly text: string;
  /** Whether a SQL user of this name can come of it. */
  readonly gives: (name: string) => boolean;
  /** A principal that it makes this SQL user of. @param spelled a spelling of the name */
  readonly principal: (name: string, spelled: string) => string;
  /** One that no row matches; null: there is none. */
  readonly unmatched: ((name: string) => string) | null;
  /** Whether `shared` comes of every principal as well. */
  readonly more: boolean;
  /** It takes the principal as it is. */
  readonly through: boolean;
}

export interface Setup {
  readonly version: Version;
  /** By the name that they are set under. */
  readonly settings: Readonly<Record<string, string>>;
  /** What these settings refuse everybody by; null: nothing. */
  readonly broken: Step | null;
  /** Of the tokens that are meant for this cluster. '' : they have none. */
  readonly issuer: string;
  readonly audience: string;
  readonly claim: string;
  readonly keys: ReadonlyMap<Signer, Entry>;
  readonly map: MapOf;
  readonly provisions: boolean;
  /** The claim with the groups; null: none is asked for. */
  readonly groups: string | null;
}

const tenant = '8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11';
const issuers = [
  `https://login.microsoftonline.com/${tenant}/v2.0`,
  `https://sts.windows.net/${tenant}/`,
  'https://idp.example.test/realms/a',
  'issuer1',
];
/** Where nobody listens, so that nothing can be fetched. */
const unreachable = [`https://127.0.0.1:1/${tenant}/v2.0`, 'issuer1'];
const audiences = ['c0c4a0ac-2222-4aaa-8bbb-00000000dbdb', 'api://crdb-prod', 'test_cluster'];

/** What is nearly this text, and is not it. */
export function nearly(chance: Chance, text: string): string {
  if (text === '') return 'https://somebody.example';
  const near = [
    `${text}/`,
    text.slice(0, -1),
    text.toUpperCase(),
    ` ${text}`,
    `${text}x`,
    text.replace('https:', 'http:'),
    text.replace(/\/v2\.0$/, ''),
    text.replace('login.microsoftonline.com', 'login.microsoftonline.us'),
    text.replace('sts.windows.net', 'login.microsoftonline.com'),
  ];
  return chance.one(near.filter((one) => one !== text && one !== ''));
}

/** A list as these settings take it: one bare, or an array, among others that are nearly it. */
function listed(chance: Chance, item: string, there: boolean): string {
  const beside = [nearly(chance, item), 'https://other.example/', nearly(chance, item)].filter((one) => one !== item);
  if (!there) return chance.one(['[]', nearly(chance, item), JSON.stringify(beside)]);
  return chance.hits(0.5) ? item : JSON.stringify(chance.shuffled([item, ...beside]));
}

function issuerText(chance: Chance, version: Version, issuer: string, there: boolean): string {
  if (!version.issuerMap || chance.hits(0.6)) return listed(chance, issuer, there);
  const names = [...(there ? [issuer] : []), nearly(chance, issuer)];
  const urls = Object.fromEntries(chance.shuffled(names).map((name) => [name, 'https://127.0.0.1:1/keys']));
  return JSON.stringify({ issuer_jwks_map: urls });
}

type MapMaker = (chance: Chance, issuer: string, version: Version) => MapOf;
const dull = { more: false, through: false };
const stranger = (name: string): string => `${name}@fabrikam.com`;

const maps: Readonly<Record<string, MapMaker>> = {
  none: (chance, issuer) => ({
    ...dull,
    text: chance.one(['', '# nothing yet\n', `${issuer}x /^(.*)$ \\1`, `${issuer.toUpperCase()}/ /^(.*)$ \\1`]),
    gives: () => true,
    principal: (_, spelled) => spelled,
    unmatched: null,
    through: true,
  }),
  pattern: (chance, issuer) => ({
    ...dull,
    text: `# people\n\n  ${issuer}\t/(?i)^([a-z0-9_][a-z0-9._-]{0,62})@contoso\\.com$   \\1  # ours\n`,
    gives: plain,
    principal: (name) => chance.anyCase(`${name}@contoso.com`),
    unmatched: (name) =>
      chance.one([stranger(name), `${name}@contoso.com.evil`, `${name}@contosoXcom`, `${name}@contoso.com/`, `@contoso.com`]),
  }),
  literal: (chance, issuer, version) => ({
    ...dull,
    text: [...existing.map(({ name }) => name), ...asleep, ...missing, 'root']
      .map((name) => `${issuer} ${name}@contoso.com ${name}`)
      .join('\n'),
    gives: (name) => !name.startsWith('new_'),
    principal: (name) => (version.anyCase && plain(name) ? chance.anyCase(`${name}@contoso.com`) : `${name}@contoso.com`),
    unmatched: (name) =>
      chance.one([stranger(name), `x${name}@contoso.com`, ...(version.anyCase ? [] : [`${name}@Contoso.com`])]),
  }),
  unanchored: (_, issuer) => ({
    ...dull,
    text: `${issuer} /([a-z0-9._-]+)@contoso\\.com \\1`,
    gives: plain,
    principal: (name) => `%%${name}@contoso.com.evil.example`,
    unmatched: stranger,
  }),
  prefixed: (chance, issuer) => ({
    ...dull,
    text: `${issuer} /^app-(.+)$ \\1\n${chance.one([`${issuer}x`, issuer.toUpperCase()])} /.* alice`,
    gives: () => true,
    principal: (_, spelled) => `app-${spelled}`,
    unmatched: (name) => chance.one([`ap-${name}`, `xapp-${name}`, 'app-', name]),
  }),
  several: (_, issuer) => ({
    ...dull,
    text: `${issuer} /^(.+)@contoso\\.com$ \\1\n${issuer} /@contoso\\.com$ ${shared}\n${issuer} nobody nobody`,
    gives: () => true,
    principal: (_name, spelled) => `${spelled}@contoso.com`,
    unmatched: stranger,
    more: true,
  }),
};
/** Maps that give nobody their SQL user, and the step that says so. */
const brokenMaps: Readonly<Record<'map' | 'principal', readonly MapMaker[]>> = {
  map: [`/^(.*)@contoso\\.com$/ \\1`, '/^(.*)@fabrikam\\.com$ \\1', 'nobody@contoso.com alice', '/^$ alice'].map(
    (row): MapMaker =>
      (_, issuer) => ({
        ...dull,
        text: `${issuer} ${row}`,
        gives: () => true,
        principal: (name) => `${name}@contoso.com`,
        unmatched: (name) => `${name}@contoso.com`,
      }),
  ),
  principal: ['\\1\\1', 'x\\1', '\\1.'].map(
    (user): MapMaker =>
      (_, issuer) => ({
        ...dull,
        text: `${issuer} /^(.*)@contoso\\.com$ ${user}`,
        gives: () => true,
        principal: (name) => `${name}@contoso.com`,
        unmatched: stranger,
      }),
  ),
};

function mapFor(chance: Chance, issuer: string, version: Version, broken: Step | null): MapOf {
  const none = maps['none'] as MapMaker;
  if (issuer === '') return none(chance, issuer, version);
  const wrong = broken === 'map' || broken === 'principal' ? brokenMaps[broken] : null;
  return chance.one(wrong ?? Object.values(maps))(chance, issuer, version);
}

/** What stands in the key set, in the place of each signer: one at least that is good. */
function entriesFor(chance: Chance): ReadonlyMap<Signer, Entry> {
  const [first, ...rest] = chance.shuffled(signers);
  if (first === undefined) throw new Error('nobody signs');
  const any: readonly (Entry | Bad)[] = [...good, ...bad];
  return new Map([[first, chance.one(good)], ...rest.map((one): [Signer, Entry] => [one, chance.one(any)])]);
}

const jwt = 'server.jwt_authentication.';

/** Settings for some logins. */
export function setupFor(chance: Chance, version: Version): Setup {
  const breakable: readonly Step[] = [
    ...(['enabled', 'issuer', 'map', 'principal', 'audience'] as const),
    ...(version.fetches ? (['keys'] as const) : []),
  ];
  const wanted = chance.hits(0.25) ? chance.one(breakable) : null;
  const nameless = wanted === null && chance.hits(0.04);
  const issuer = nameless ? '' : chance.one(wanted === 'keys' ? unreachable : issuers);
  const audience = chance.one(audiences);
  const keys = entriesFor(chance);
  const map = mapFor(chance, issuer, version, wanted);
  const provisions = version.provisions && chance.hits(0.3);
  const groups = version.provisions && chance.hits(0.35) ? chance.one(['groups', 'teams']) : null;
  const claim = chance.one(['', 'sub', 'upn', 'upn', 'oid', 'names']);
  const alias = version.issuerMap && chance.hits(0.5) ? 'issuers.configuration' : 'issuers';
  const unset = wanted === 'audience' && chance.hits(0.3);
  return {
    ...{ version, broken: wanted, issuer, audience, claim, keys, map, provisions, groups },
    settings: {
      [`${jwt}enabled`]: String(wanted !== 'enabled'),
      [`${jwt}${alias}`]: nameless ? '' : issuerText(chance, version, issuer, wanted !== 'issuer'),
      [`${jwt}audience`]: unset ? '' : listed(chance, audience, wanted !== 'audience'),
      [`${jwt}jwks`]: keySet(chance, keys),
      [`${jwt}claim`]: claim,
      'server.identity_map.configuration': map.text,
      ...(version.fetches ? { [`${jwt}jwks_auto_fetch.enabled`]: String(wanted === 'keys') } : {}),
      ...(version.provisions
        ? {
            'security.provisioning.jwt.enabled': String(provisions),
            [`${jwt}authorization.enabled`]: String(groups !== null),
            [`${jwt}group_claim`]: groups ?? 'groups',
          }
        : {}),
    },
  };
}

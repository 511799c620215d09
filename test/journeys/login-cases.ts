/**
 * Logins with the verdict that they must meet. The verdict is made together with the login: a step is chosen that shall refuse it (or
 * none), everything before that step is made right, and whatever comes after it may be wrong as well. Nothing here asks the bot's own
 * decision, and nothing is taken from it.
 */
import type { Chance } from './login-rng.ts';
import { asleep, existing, missing, nearly, type Setup, setupFor, shared } from './login-settings.ts';
import { type Bad, bad, badEntry, type Entry, jws, part, type Signer, signers, spoiled } from './login-signers.ts';
import { invalidToken, orderOf, type Step, tellsOfParsing, type Version } from './login-versions.ts';

export type Verdict =
  | { readonly as: string }
  /** `detail`: undefined: there is none; null: some text of the JSON or base64 library's. */
  | { readonly step: Step; readonly error: string; readonly detail: string | undefined | null };

export interface Login {
  readonly user: string;
  readonly token: string;
  readonly verdict: Verdict;
  /** What was done to it, for whoever reads of a failure. */
  readonly faults: readonly string[];
}

export interface Group {
  readonly setup: Setup;
  readonly logins: readonly Login[];
}

type Json = Record<string, unknown>;

/** A login while it is made. */
class Making {
  readonly #chance: Chance;
  readonly #setup: Setup;
  readonly #faults: ReadonlySet<Step>;
  readonly #verdicts = new Map<Step, { error: string; detail?: string | undefined | null }>();
  readonly #now: number;

  constructor(chance: Chance, setup: Setup, faults: ReadonlySet<Step>, now: number) {
    this.#chance = chance;
    this.#setup = setup;
    this.#faults = faults;
    this.#now = now;
  }

  #no(step: Step, error: string, detail?: string | null): void {
    this.#verdicts.set(step, { error, detail });
  }

  make(unnamed: boolean, fresh: () => string): Omit<Login, 'faults'> {
    const chance = this.#chance;
    const setup = this.#setup;
    const { name, spelled } = this.#who(fresh);
    const [user, asked] = unnamed ? ['', ''] : [spelled, name];
    this.#no('password', `password authentication failed for user ${asked}`);
    this.#no('enabled', 'JWT authentication: not enabled');
    this.#no('keys', 'JWT authentication: unable to validate token');
    const claims: Json = {
      ...this.#issuer(),
      ...this.#times(),
      ...this.#audience(),
      ...this.#groups(),
      jti: `${chance.below(1e9)}`,
      oid: 'nobody',
    };
    this.#identity(claims, { name, spelled, asked, unnamed });
    const signed = this.#signed(claims);
    const parsed = this.#faults.has('parse') ? this.#unreadable(claims, signed) : signed;
    const token = this.#faults.has('password') ? '' : parsed;
    const order = orderOf(setup.version, unnamed);
    const step = order.find((one) => this.#faults.has(one));
    if (step === undefined) return { user, token, verdict: { as: name } };
    const verdict = this.#verdicts.get(step);
    if (verdict === undefined) throw new Error(`a login that ${step} shall refuse was not made so`);
    return { user, token, verdict: { step, error: verdict.error, detail: verdict.detail } };
  }

  /** Whose SQL user it shall be: there and awake, unless that is what is wrong. */
  #who(fresh: () => string): { name: string; spelled: string } {
    const { map, provisions, version } = this.#setup;
    const chance = this.#chance;
    if (this.#faults.has('user')) {
      const gone = provisions ? ['a!b', "o'brien"] : missing;
      const [kind, names] = chance.one([['asleep', asleep] as const, ['gone', gone] as const]);
      const possible = names.filter((one) => map.gives(one));
      const name = chance.one(possible.length > 0 ? possible : asleep);
      const said = kind === 'asleep' || possible.length === 0 ? `${name} does not have login privilege` : null;
      const created = provisions ? `"${name}": username is invalid` : `password authentication failed for user ${name}`;
      this.#no('user', said ?? created);
      return { name, spelled: name };
    }
    if (this.#faults.has('reserved')) {
      this.#no('reserved', 'JWT authentication: invalid identity', 'cannot use JWT auth to login to a reserved user root');
      return { name: 'root', spelled: chance.one(['root', 'ROOT', 'Root']) };
    }
    const made = version.provisions && provisions && map.gives('new_1') && chance.hits(0.3) ? fresh() : null;
    if (made !== null) return { name: made, spelled: chance.anyCase(made) };
    const one = chance.one(existing.filter(({ name }) => map.gives(name)));
    return { name: one.name, spelled: chance.one(one.spelled) };
  }

  #issuer(): Json {
    const { issuer, broken } = this.#setup;
    const own = this.#faults.has('issuer') && broken !== 'issuer' ? this.#unlisted(issuer) : issuer;
    this.#no('issuer', 'JWT authentication: invalid issuer', `token issued by ${own}`);
    return own === '' ? {} : { iss: own };
  }

  /** Nearly the issuer, and not what the list has beside it. */
  #unlisted(issuer: string): string {
    const listed = Object.entries(this.#setup.settings).find(([name]) => name.includes('.issuers'))?.[1] ?? '';
    const near = Array.from({ length: 20 }, () => nearly(this.#chance, issuer));
    return near.find((one) => !listed.includes(JSON.stringify(one)) && listed !== one) ?? `${issuer}///`;
  }

  #times(): Json {
    const now = this.#now;
    const chance = this.#chance;
    const right = chance.one<Json>([
      { iat: now - 300, nbf: now - 300, exp: now + 7000 },
      { exp: now + 5400 },
      { iat: now - 5 },
      {},
      { exp: 0, nbf: 0 },
      { iat: now - 1e8, exp: now + 1e8 },
    ]);
    const wrong = { iat: { iat: now + 5400 }, exp: { exp: now - chance.one([60, 3600, 1e8]) }, nbf: { nbf: now + 5400 } };
    const spoilt = (['iat', 'exp', 'nbf'] as const).filter(() => chance.hits(0.4));
    const chosen = spoilt.length > 0 ? spoilt : (['exp'] as const);
    // In the order in which jwx validates them.
    const detail = invalidToken(this.#setup.version, 'time', `"${chosen[0]}" not satisfied`);
    this.#no('time', 'JWT authentication: invalid token', detail);
    return this.#faults.has('time') ? Object.assign({}, right, ...chosen.map((one) => wrong[one])) : right;
  }

  #audience(): Json {
    const { audience, broken } = this.#setup;
    const chance = this.#chance;
    const listed = this.#setup.settings['server.jwt_authentication.audience'] ?? '';
    const others = [nearly(chance, audience), 'https://management.azure.com/'].filter(
      (one) => !listed.includes(JSON.stringify(one)) && listed !== one,
    );
    const right = broken === 'audience' ? [audience] : [audience, ...others];
    const own = this.#faults.has('audience') && broken !== 'audience' ? others : right;
    const given = chance.one([own, own.slice(0, 1), own.slice(0, 1)]);
    const aud = chance.shuffled(given);
    this.#no('audience', 'JWT authentication: invalid audience', `token issued with an audience of [${aud.join(' ')}]`);
    if (aud.length === 0 && chance.hits(0.5)) return {};
    return { aud: aud.length === 1 && chance.hits(0.7) ? aud[0] : aud };
  }

  #groups(): Json {
    const { groups } = this.#setup;
    if (groups === null) return this.#chance.one<Json>([{}, { groups: ['a'] }]);
    const absent = this.#chance.hits(0.5);
    this.#no('authorization', `JWT authorization: ${absent ? 'userinfo lookup failed' : 'empty group list'}`);
    if (!this.#faults.has('authorization')) return { [groups]: this.#chance.one<unknown>([['x-a', 'x-b'], 'x-a, X-B', ['X']]) };
    return absent ? {} : { [groups]: this.#chance.one<unknown>([[], '', ' , ']) };
  }

  /** Who the token says it is for, in whatever claim the cluster goes by. */
  #identity(claims: Json, o: { name: string; spelled: string; asked: string; unnamed: boolean }): void {
    const { claim, map, issuer } = this.#setup;
    const chance = this.#chance;
    const field = claim === '' ? 'sub' : claim;
    delete claims[field];
    this.#no('claim', 'JWT authentication: missing claim', `token does not contain a claim for ${claim}`);
    if (this.#faults.has('claim')) return;
    const principals = this.#principals(o, field !== 'sub');
    const says = `[${principals.join(' ')}]`;
    this.#no('map', 'JWT authentication: invalid principal', `the value ${says} for the issuer ${issuer} is invalid`);
    this.#no('principal', 'JWT authentication: invalid principal', `token issued for ${says} and login was for ${o.asked}`);
    const [only = ''] = principals;
    const bare: readonly unknown[] = field === 'sub' ? [only] : [only, only, [only], ...(map.through ? asJson(only) : [])];
    claims[field] = principals.length === 1 ? chance.one(bare) : principals;
  }

  #principals(o: { name: string; spelled: string; unnamed: boolean }, many: boolean): readonly string[] {
    const { map } = this.#setup;
    const chance = this.#chance;
    const unmatched = map.unmatched ?? ((name: string): string => `not-${name}`);
    const beside = many && !o.unnamed && chance.hits(0.3) ? [unmatched('zed')] : [];
    if (this.#faults.has('map')) return chance.shuffled([unmatched(o.name), ...beside]);
    if (!this.#faults.has('principal') || this.#setup.broken === 'principal')
      return chance.shuffled([map.principal(o.name, o.spelled), ...beside]);
    const others = existing.filter(({ name }) => name !== o.name && map.gives(name));
    const right = (one: (typeof existing)[number]): string => map.principal(one.name, chance.one(one.spelled));
    // Nobody is named, and it stands for two.
    if (o.unnamed) return others.slice(0, 2).map(right);
    return chance.shuffled([right(chance.one(others)), ...beside]);
  }

  #signed(claims: Json): string {
    const { keys, version } = this.#setup;
    const chance = this.#chance;
    const held = [...keys].filter(([, entry]) => !isBad(entry));
    const spoilt = [...keys].flatMap(([signer, entry]) => (isBad(entry) ? [[signer, entry] as const] : []));
    const no = (meets: string): void =>
      this.#no('signature', 'JWT authentication: invalid token', invalidToken(version, 'signature', meets));
    const [signer, entry] = chance.one(held);
    if (!this.#faults.has('signature')) return jws(signer, claims);
    if (spoilt.length > 0 && chance.hits(0.5)) {
      const [by, how] = chance.one(spoilt);
      no(badEntry[how](by));
      return jws(by, claims);
    }
    const { token, meets } = chance.one(spoiled)(signer, claims, entry);
    no(meets);
    return token;
  }

  #unreadable(claims: Json, signed: string): string {
    this.#no('parse', 'JWT authentication: invalid token', tellsOfParsing(this.#setup.version) ? null : undefined);
    const signer = this.#chance.one(signers);
    const [head = '', body = ''] = signed.split('.');
    const odd = (more: Json): string => jws(signer, { ...claims, ...more });
    return this.#chance.one([
      'nonsense',
      'Bearer',
      `${head}.${body}`,
      `${signed}.${head}`,
      `${signed}.${head}.${body}`,
      `!${signed}`,
      `${head}.${body}!.AAAA`,
      `${head}.${Buffer.from('{"iss":').toString('base64url')}.AAAA`,
      `${head}.${part(['a', 'list'])}.AAAA`,
      `${part('no header')}.${body}.AAAA`,
      odd({ iss: 7 }),
      odd({ sub: ['a'] }),
      odd({ exp: 'soon' }),
      odd({ aud: 7 }),
      JSON.stringify(claims),
    ]);
  }
}

const isBad = (entry: Entry): entry is Bad => (bad as readonly Entry[]).includes(entry);

/** As another kind of JSON that Go prints as the same text. */
function asJson(text: string): readonly unknown[] {
  if (text === '42') return [42, [42]];
  return text === 'true' ? [true] : [];
}

/** Whether a fault can be made at this step, with these settings. */
function possible(setup: Setup, step: Step): boolean {
  const { claim, map, groups, version, broken, issuer } = setup;
  const can: Partial<Record<Step, boolean>> = {
    enabled: false,
    keys: false,
    claim: claim !== '' && claim !== 'sub',
    map: map.unmatched !== null && broken !== 'principal',
    principal: broken !== 'map',
    reserved: map.gives('root'),
    authorization: groups !== null,
    issuer: version.order.includes('issuer') && issuer !== '' ? true : broken === null,
  };
  return can[step] ?? true;
}

/** One login against these settings. */
function loginFor(chance: Chance, setup: Setup, now: number, fresh: () => string): Login {
  const { version, broken, map } = setup;
  const couldBeUnnamed = version.unnamed && !map.more && broken !== 'principal' && !setup.provisions;
  const unnamed = couldBeUnnamed && chance.hits(0.15);
  const order = orderOf(version, unnamed).filter((step) => step === broken || possible(setup, step));
  const last = broken === null ? order.length : order.indexOf(broken);
  const at = chance.hits(0.25) ? last : chance.below(last + 1);
  // Two principals for a login without a name take a claim that can hold them.
  const two = setup.claim !== '' && setup.claim !== 'sub';
  const wrong = order.filter((step, i) => step === broken || i === at || (i > at && chance.hits(0.2)));
  const faults = new Set(wrong.filter((step) => !(step === 'principal' && unnamed && !two)));
  const made = new Making(chance, setup, faults, now).make(unnamed, fresh);
  return { ...made, faults: [...faults] };
}

/** Logins to one version: groups of the same settings. @param now seconds */
export function groupsFor(o: {
  readonly chance: Chance;
  readonly version: Version;
  readonly logins: number;
  readonly each: number;
  readonly now: number;
}): readonly Group[] {
  const { chance, version, now } = o;
  let made = 0;
  // Every one is another: whom a cluster has made is there the next time.
  const fresh = (): string => `new_${version.name.replaceAll('.', '_')}_${++made}`;
  return Array.from({ length: Math.ceil(o.logins / o.each) }, (_, i): Group => {
    const setup = setupFor(chance, version);
    const count = Math.min(o.each, o.logins - i * o.each);
    return { setup, logins: Array.from({ length: count }, () => loginFor(chance, setup, now, fresh)) };
  });
}

/** The SQL users that the logins are about: true where they may log in. */
export const sqlUsers: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...[...existing.map(({ name }) => name), shared, 'root'].map((name) => [name, true]),
  ...asleep.map((name) => [name, false]),
]);

export type { Signer };

import type { SettingName, Settings, Survey } from '../cluster/cluster.ts';
import { settingsOf } from '../cluster-auth/desired.ts';
import { isLook, type Look, lookAt, type Unseen } from '../cluster-auth/look.ts';
import { spentKeys } from '../cluster-auth/key-grace.ts';
import { type Known, repair } from '../cluster-auth/repair.ts';
import { type DesiredSettings, type PresentSettings, settingSql } from '../cluster-auth/settings-plan.ts';
import { readAhead } from '../identity/identity-map.ts';
import type { MapLint, World } from '../ports.ts';
import { type Facts, issuerOf, kept, tellOf, type Told, toldOr } from './facts.ts';
import { foresee, type Foreseen } from './known-people.ts';
import { mapQuestion } from './map-question.ts';

/** A cluster that answered: its settings understood as far as they can be made out, and what would mend them. */
export interface Sight {
  readonly survey: Survey;
  readonly look: Look;
  /** Settings that can't be made out, and why: `look` has their defaults. */
  readonly unseen: ReadonlyMap<SettingName, Unseen['why']>;
  /** Null: neither Entra nor the store said which issuer is ours. */
  readonly issuer: string | null;
  /** What an admin of the cluster would run about a setting; empty: nothing is known to be missing there. */
  readonly sqlFor: (setting: SettingName) => readonly string[];
  /** Who would lose access by that, of whom the bot knows only that much; empty: nobody. */
  readonly losesBy: (setting: SettingName) => string;
  /** What is wrong with the lines of the map; null: it can't be made out. */
  readonly lint: Told<MapLint> | null;
  /** Who could log in now. */
  readonly foreseen: Told<Foreseen>;
}

/** What stands where a setting can't be made out: its default (jwtauthccl settings.go). */
const otherwise: Readonly<Settings> = {
  'server.jwt_authentication.enabled': 'false',
  'server.jwt_authentication.jwks': '{"keys":[]}',
};

/** @param survey read just now */
export async function sightOf(world: Pick<World, 'linter' | 'clock'>, facts: Facts, survey: Survey): Promise<Sight> {
  const issuer = toldOr(issuerOf(facts), null);
  const present = { ...settingsOf(survey, facts.cluster), writable: false };
  const wanted = toldOr(facts.desired, null) ?? allButRows(facts, issuer ?? '');
  await readAhead(present.settings['server.identity_map.configuration'] ?? '', world.clock.rest);
  const { look, unseen } = understood(present, wanted);
  await world.clock.rest();
  const desired = 'is' in facts.desired ? wanted : { ...wanted, rows: rowsAsTheyStand(look) };
  const { changes, byHand, others } = await repair(look.present, desired, known(facts, issuer), world.clock.rest);
  const written = new Map(changes.map(({ setting, after }) => [setting, settingSql({ setting, value: after })]));
  const sqlFor = (setting: SettingName): readonly string[] => {
    if (unseen.has(setting)) return [];
    const ours = written.get(setting);
    return ours === undefined ? byHand.flatMap(({ sql }) => sql.filter((one) => one.includes(` ${setting} = `))) : [ours];
  };
  await world.clock.rest();
  const question = mapQuestion(facts, { survey, look, unseen });
  const [lint, foreseen] = await Promise.all([
    question === null ? null : tellOf(world.linter.lint(question)),
    foresee(world, facts, survey, [...unseen].find(([, why]) => why === 'redacted')?.[0]),
  ]);
  return {
    survey,
    look,
    unseen,
    issuer,
    sqlFor,
    losesBy: (setting) => (setting === 'server.jwt_authentication.claim' && written.has(setting) ? others.loses.join('; ') : ''),
    lint,
    foreseen,
  };
}

function understood(present: PresentSettings, wanted: DesiredSettings): Pick<Sight, 'look' | 'unseen'> {
  const first = lookAt(present, wanted);
  if (isLook(first)) return { look: first, unseen: new Map() };
  const unseen = new Map(first.map(({ setting, why }) => [setting, why] as const));
  const instead = Object.fromEntries([...unseen.keys()].map((setting) => [setting, otherwise[setting] ?? '']));
  const look = lookAt({ ...present, settings: { ...present.settings, ...instead } }, wanted);
  if (!isLook(look)) throw new Error(`the defaults of settings can't be read: ${JSON.stringify(look)}`);
  return { look, unseen };
}

/** As a plan is made: with the keys that no token in force needs, and whose the SQL users are. */
function known(facts: Facts, issuer: string | null): Known {
  const spent = spentKeys(toldOr(facts.issuerSeen, null), issuer, facts.now);
  return { spent, owners: kept(facts).map(({ sqlUsername, upn }) => ({ sqlUsername, upn })) };
}

/** What is wanted of the settings where nobody said which rows of the map are ours. */
function allButRows({ policy, published }: Facts, issuer: string): DesiredSettings {
  const { audience } = policy.api;
  const keys = toldOr(published, null)?.keys ?? [];
  return { issuer, audience, keys, rows: [], domains: policy.domains, granting: null };
}

const rowsAsTheyStand = ({ ownRows }: Look): readonly string[] =>
  ownRows.map(({ map, identity, user }) => `${map} ${identity} ${user}`);

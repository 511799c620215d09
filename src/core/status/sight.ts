import type { SettingName, Settings, Survey } from '../cluster/cluster.ts';
import { settingsOf } from '../cluster-auth/desired.ts';
import { isLook, type Look, lookAt, type Unseen } from '../cluster-auth/look.ts';
import { planSettings } from '../cluster-auth/reconcile.ts';
import type { DesiredSettings, PresentSettings } from '../cluster-auth/settings-plan.ts';
import { type Facts, issuerOf, type Told, toldOr } from './facts.ts';
import { foresee, type Foreseen } from './known-people.ts';

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
  /** Who would lose access by that; empty: nobody that is known. */
  readonly losesBy: (setting: SettingName) => string;
  /** Who could log in now. */
  readonly foreseen: Told<Foreseen>;
}

/** What stands where a setting can't be made out: its default (jwtauthccl settings.go). */
const otherwise: Readonly<Settings> = {
  'server.jwt_authentication.enabled': 'false',
  'server.jwt_authentication.jwks': '{"keys":[]}',
};

/** @param survey read just now */
export async function sightOf(facts: Facts, survey: Survey): Promise<Sight> {
  const issuer = toldOr(issuerOf(facts), null);
  const present = { ...settingsOf(survey, facts.cluster), writable: false };
  const wanted = toldOr(facts.desired, null) ?? allButRows(facts, issuer ?? '');
  const { look, unseen } = understood(present, wanted);
  const desired = 'is' in facts.desired ? wanted : { ...wanted, rows: rowsAsTheyStand(look) };
  const plan = planSettings(look.present, desired);
  const about = (setting: SettingName) =>
    plan.kind !== 'blocked' || unseen.has(setting)
      ? []
      : plan.findings.flatMap(({ sql, loses }) =>
          sql.filter((one) => one.startsWith(`SET CLUSTER SETTING ${setting} = `)).map((statement) => ({ statement, loses })),
        );
  return {
    survey,
    look,
    unseen,
    issuer,
    sqlFor: (setting) => about(setting).map(({ statement }) => statement),
    losesBy: (setting) => about(setting).find(({ loses }) => loses !== '')?.loses ?? '',
    foreseen: await foresee(facts, survey, [...unseen].find(([, why]) => why === 'redacted')?.[0]),
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

/** What is wanted of the settings where nobody said which rows of the map are ours. */
function allButRows({ policy, published }: Facts, issuer: string): DesiredSettings {
  const { audience } = policy.api;
  const keys = toldOr(published, null)?.keys ?? [];
  return { issuer, audience, keys, rows: [], domains: policy.domains, granting: null };
}

const rowsAsTheyStand = ({ ownRows }: Look): readonly string[] =>
  ownRows.map(({ map, identity, user }) => `${map} ${identity} ${user}`);

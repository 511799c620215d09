import type { SqlUser } from '../../cluster/cluster.ts';
import { normalizeName } from '../../identity/sql-username.ts';
import type { Facts } from '../facts.ts';
import type { Sight } from '../sight.ts';

/** What one of the bot's own SQL users is to have, and may have without being told that it is too much. */
export interface Own {
  readonly name: string;
  readonly user: SqlUser | undefined;
  readonly options: readonly string[];
  /** Null: this version does not show them to the bot. */
  readonly system: readonly string[] | null;
  readonly needs: readonly string[];
  readonly may: readonly string[];
  readonly fails: string;
}

/**
 * The one that looks and grants, and the one that sets settings; they may be one. With redaction on, only MODIFYCLUSTERSETTING shows the
 * bot the identity map, so then it is not too much.
 */
export function ownUsers({ cluster }: Facts, { survey }: Sight): readonly Own[] {
  const [bot = '', settings] = cluster.ownUsers;
  const both = settings === undefined || settings === bot;
  const sees = survey.surveyed['server.redact_sensitive_settings.enabled'] === 'true' || (both && cluster.settingsWritable);
  const botOwn = own(bot, {
    needs: ['CREATEROLE', 'CREATELOGIN', ...(both && cluster.settingsWritable ? ['MODIFYCLUSTERSETTING'] : [])],
    may: ['VIEWCLUSTERSETTING', ...(sees ? ['MODIFYCLUSTERSETTING'] : [])],
    fails: 'nobody new can be granted anything',
  });
  if (both) return [botOwn];
  return [
    botOwn,
    own(settings, {
      needs: ['MODIFYCLUSTERSETTING'],
      may: ['VIEWCLUSTERSETTING'],
      fails: 'the bot can write no cluster setting',
    }),
  ];

  function own(named: string, rest: Pick<Own, 'needs' | 'may' | 'fails'>): Own {
    // As the cluster keeps it: a URL may have it in capitals.
    const name = normalizeName(named);
    const user = survey.users.find((one) => one.name === name);
    const options = (user?.options ?? []).map((option) => option.split('=')[0]?.trim() ?? '');
    const system = survey.privileges === null ? null : (survey.privileges.get(name) ?? []);
    return { name, user, options, system, ...rest };
  }
}

import type { SettingName } from '../../cluster/cluster.ts';
import type { Check, CheckId } from '../../cluster/report.ts';
import type { Facts } from '../facts.ts';
import type { Sight } from '../sight.ts';
import { lack } from './check.ts';

type Why = NonNullable<ReturnType<Sight['unseen']['get']>>;

/** What is said of a setting that can't be made out: never that it differs. */
const words: { readonly [W in Why]: (setting: SettingName, facts: Facts) => Omit<Check, 'id'> } = {
  // CockroachDB docs, "Cluster settings", server.redact_sensitive_settings.enabled: MODIFYCLUSTERSETTING still sees them.
  redacted: (setting, { adminSql, cluster }) => ({
    standing: 'unknown',
    found: `${setting} is not shown to the bot: it reads as <redacted>, so nothing can be said of it, and nothing is written over it.`,
    expected: null,
    next: 'An admin of the cluster decides: MODIFYCLUSTERSETTING (the statement) lets the bot see it, and also write settings; or server.redact_sensitive_settings.enabled is switched off.',
    sql: cluster.ownUsers.slice(0, 1).map((user) => adminSql({ kind: 'grant_system', privilege: 'MODIFYCLUSTERSETTING', user })),
  }),
  unsupported: (setting, facts) => ({
    standing: lack(facts),
    found: `This version of CockroachDB has no ${setting}.`,
    expected: 'v23.1.2 or later',
    next: 'Whoever runs the cluster has to upgrade it.',
    sql: [],
  }),
  unreadable: (setting, facts) => ({
    standing: lack(facts),
    found: `${setting} has a value that CockroachDB itself would not accept.`,
    expected: null,
    next: 'An admin of the cluster has to look at it: nothing can be merged into it.',
    sql: [],
  }),
};

/** @returns null: the setting was made out */
export function unseen(id: CheckId, setting: SettingName, facts: Facts, { unseen: all }: Sight): readonly Check[] | null {
  const why = all.get(setting);
  return why === undefined ? null : [{ ...words[why](setting, facts), id }];
}

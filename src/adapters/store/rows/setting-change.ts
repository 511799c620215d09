import { settingNames } from '../../../core/cluster/cluster.ts';
import type { Affected, SettingChange, SettingStep } from '../../../core/ports.ts';
import type { Row } from '../database.ts';
import { decidedOf, personOf, textItem } from './parts.ts';
import { type Reader, reader } from './reader.ts';

const stepOf = (r: Reader): SettingStep => ({
  setting: r.oneOf('setting', settingNames),
  before: r.text('before'),
  after: r.text('after'),
});

const affectedOf = (r: Reader): Affected => ({
  upn: r.text('upn'),
  sqlUsername: r.text('sqlUsername'),
  error: r.textOrNull('error'),
});

export function settingChangeOf(row: Row): SettingChange {
  const r = reader('setting_changes', row.id, row);
  const effect = r.object('effect');
  const askedBy = r.objectOrNull('asked_by');
  return {
    id: r.text('id'),
    version: r.count('version'),
    state: r.oneOf('state', ['open', 'applied', 'declined', 'lapsed', 'undone']),
    kind: r.oneOf('kind', ['apply', 'rollback']),
    cluster: r.text('cluster_name'),
    steps: r.list('steps', (item, inside) => stepOf(inside(item))),
    loses: effect.list('loses', (item, inside) => affectedOf(inside(item))),
    gains: effect.list('gains', (item, inside) => affectedOf(inside(item))),
    othersLose: effect.list('othersLose', textItem),
    askedBy: askedBy === null ? null : personOf(askedBy),
    filedBy: r.textOrNull('filed_by'),
    filedAt: r.date('filed_at'),
    deadline: r.date('deadline'),
    needs: r.count('needs') === 1 ? 1 : 2,
    ...decidedOf(r),
    says: r.textOrNull('says'),
    appliedAt: r.dateOrNull('applied_at'),
  };
}

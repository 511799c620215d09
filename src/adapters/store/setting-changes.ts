import { Fault } from '../../core/errors.ts';
import type { SettingChanges } from '../../core/ports.ts';
import type { Database } from './database.ts';
import type { Holder } from './hold.ts';

export function settingChangesOf(_db: Database, _holder: Holder): SettingChanges {
  const not = async (): Promise<never> => {
    throw new Fault('store_unavailable', 'never', 'not built');
  };
  return {
    file: not,
    get: async () => null,
    lastApplied: async () => null,
    save: not,
    hold: async () => false,
    dueNow: async () => [],
  };
}

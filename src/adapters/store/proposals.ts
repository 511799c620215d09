/** Proposals: filed by the command line, confirmed by two admins, adopted with the ledger's row in one transaction. */

import { Fault } from '../../core/errors.ts';
import type { Proposals } from '../../core/ports.ts';
import type { Database } from './database.ts';
import type { Holder } from './hold.ts';

export function proposalsOf(_db: Database, _holder: Holder): Proposals {
  const missing = (): never => {
    throw new Fault('store_unavailable', 'never', 'proposals are not kept yet');
  };
  return { file: missing, get: missing, save: missing, hold: missing, dueNow: () => Promise.resolve([]) };
}

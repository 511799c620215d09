/** The work that requests owe, taken by one worker at a time. */

import type { Requests } from '../../core/ports.ts';
import type { Database } from './database.ts';
import { dueRows, type Owing } from './due-rows.ts';
import type { Holder } from './hold.ts';
import { requestOf } from './rows/request.ts';

const owing: Owing = {
  table: 'requests',
  key: 'id',
  what: 'request',
  owes: 'due IS NOT NULL',
  // Whoever held the lease before, and lost it, fails its next save.
  taken: 'version = version + 1',
  // Why a request waits stands in the request itself.
  error: 'lost',
};

export const dueOf = (db: Database, holder: Holder): Pick<Requests, 'hold' | 'dueNow'> => dueRows(db, holder, owing, requestOf);

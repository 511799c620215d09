import type { LedgerRow } from '../../../core/ports.ts';
import type { Row } from '../database.ts';
import { reader } from './reader.ts';

export function ledgerRowOf(row: Row): LedgerRow {
  const r = reader('ledger', row.sql_username, row);
  return {
    cluster: r.text('cluster_name'),
    sqlUsername: r.text('sql_username'),
    oid: r.text('oid'),
    upn: r.text('upn'),
    state: r.oneOf('state', ['creating', 'created']),
    attempted: r.yes('attempted'),
    adopted: r.yes('adopted'),
  };
}

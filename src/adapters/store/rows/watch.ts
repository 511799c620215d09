import { verdicts } from '../../../core/cluster/report.ts';
import type { Jwk, Paused, Seen, SeenIssuer } from '../../../core/ports.ts';
import type { Row } from '../database.ts';
import { reader } from './reader.ts';

export function pausedOf(row: Row): Paused {
  const r = reader('watch_paused', '', row);
  return { since: r.date('paused_at'), by: r.text('paused_by') };
}

export function seenOf(row: Row): Seen {
  const r = reader('watch_seen', row.cluster_name, row);
  return {
    cluster: r.text('cluster_name'),
    verdict: r.oneOf('verdict', verdicts),
    since: r.date('verdict_since'),
    checkedAt: r.date('checked_at'),
    lastHealthy: r.dateOrNull('last_healthy'),
  };
}

/** @param keys the rows of this issuer's keys */
export function seenIssuerOf(row: Row, keys: readonly Row[]): SeenIssuer {
  const r = reader('watch_issuers', row.token_version, row);
  return {
    issuer: r.text('issuer'),
    jwksUri: r.text('jwks_uri'),
    readAt: r.date('read_at'),
    keys: keys.map((key) => {
      const k = reader('watch_keys', key.kid, key);
      k.object('jwk');
      return { kid: k.text('kid'), jwk: key.jwk as Jwk, firstSeen: k.date('first_seen'), goneSince: k.dateOrNull('gone_since') };
    }),
  };
}

export function noteOf(row: Row): { readonly at: Date; readonly says: unknown } {
  return { at: reader('watch_notes', row.name, row).date('kept_at'), says: row.says };
}

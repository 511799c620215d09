/** The signing keys that issuers publish and have published, with when each was first and last seen. */

import type { Watch } from '../../core/ports.ts';
import type { Database, Sql } from './database.ts';
import { json } from './rows/values.ts';
import { seenIssuerOf } from './rows/watch.ts';

const readIssuer = `-- What was read of an issuer when it last answered.
  SELECT token_version, issuer, jwks_uri, read_at FROM watch_issuers WHERE token_version = $1`;

const readKeys = `-- The keys that an issuer publishes or has published, the longest known first.
  SELECT kid, jwk, first_seen, gone_since FROM watch_keys WHERE issuer = $1 ORDER BY first_seen, kid`;

// First in the transaction: two that keep what they read do so one after the other.
const keepIssuer = `-- Keep what was read of an issuer just now.
  INSERT INTO watch_issuers (token_version, issuer, jwks_uri, read_at) VALUES ($1, $2, $3, now())
  ON CONFLICT (token_version) DO UPDATE SET issuer = excluded.issuer, jwks_uri = excluded.jwks_uri, read_at = excluded.read_at`;

const keepKeys = `-- Keep the keys that are published: new ones from now on, known ones since they were first seen.
  INSERT INTO watch_keys (issuer, kid, jwk, first_seen)
  SELECT $1, key->>'kid', key, now() FROM jsonb_array_elements($2::jsonb) AS keys (key)
  ON CONFLICT (issuer, kid) DO UPDATE SET jwk = excluded.jwk, gone_since = NULL`;

const keepGone = `-- Keep since when the keys that are published no more are gone.
  UPDATE watch_keys SET gone_since = now() WHERE issuer = $1 AND gone_since IS NULL
  AND kid NOT IN (SELECT key->>'kid' FROM jsonb_array_elements($2::jsonb) AS keys (key))`;

export function publishedKeysOf(db: Database): Pick<Watch, 'issuer' | 'published'> {
  const issuer: Watch['issuer'] = (version) => issuerIn(db.sql, version);
  return {
    issuer,
    published: (version, now) =>
      db.transaction(async (sql) => {
        await sql(keepIssuer, [version, now.issuer, now.jwksUri]);
        const keys = json(oneEach(now.keys));
        await sql(keepKeys, [now.issuer, keys]);
        await sql(keepGone, [now.issuer, keys]);
        const kept = await issuerIn(sql, version);
        return kept ?? { issuer: now.issuer, jwksUri: now.jwksUri, readAt: new Date(0), keys: [] };
      }),
  };
}

async function issuerIn(sql: Sql, version: string): ReturnType<Watch['issuer']> {
  const [row] = await sql(readIssuer, [version]);
  return row === undefined ? null : seenIssuerOf(row, await sql(readKeys, [row['issuer']]));
}

/** Of two keys with one id the first is used (jwx, jwk.Set.LookupKeyID); one without an id can't be used at all. */
function oneEach(keys: Parameters<Watch['published']>[1]['keys']): typeof keys {
  const kids = keys.map((key) => key.kid);
  return keys.filter(({ kid }, i) => kid !== undefined && kid !== '' && kids.indexOf(kid) === i);
}

/** What the floors connect with: the addresses and rights that the bot has. */

import type { Connect } from '../floors/replay.ts';
import { people as residents, apiClientId, botClientId, teamsAppId, tenantId } from '../../src/sandbox/people.ts';
import { city } from './crowd.ts';
import type { BenchWorld } from './world.ts';

export function connectLike({ sandbox }: BenchWorld, poolSize: number): Connect {
  const urls = ['DATABASE_URL', 'CRDB_PROD_URL', 'CRDB_PROD_SETTINGS_URL'].map((name) => sandbox.botEnv[name] ?? '');
  return {
    databases: Object.fromEntries(urls.map((url) => [nameOf(new URL(url)), url])),
    queueUrl: sandbox.store.url('bench_floor'),
    poolSize,
  };
}

const nameOf = (url: URL): string => `${url.port}${url.pathname}/${url.searchParams.get('user') ?? url.username}`;

/** Ids on a tape that stand for somebody or something, whoever it is played for. */
export const lasting = (crowd: number): ReadonlySet<string> =>
  new Set([...[...residents, ...city(crowd)].map((p) => p.oid), tenantId, botClientId, apiClientId, teamsAppId]);

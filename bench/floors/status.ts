/** The floor of a status: what it asks of the cluster in two round trips, and the published keys once, one after the other. */

import pg from 'pg';
import {
  showAllMembers,
  showClock,
  showSetting,
  showSystemGrantsOf,
  showUsers,
  showVersion,
} from '../../src/adapters/cockroach/sql.ts';
import { settingNames, surveyedNames } from '../../src/core/cluster/cluster.ts';
import { serve } from '../rig/child.ts';

export interface StatusFloor {
  readonly clusterUrl: string;
  readonly users: readonly string[];
  /** The authority's discovery document, which names the keys. */
  readonly discoveryUrl: string;
}

/** Milliseconds of each part. */
export interface StatusFloorTook {
  readonly first: number;
  readonly second: number;
  readonly keys: number;
  /** Two round trips that carry nothing. */
  readonly bare: number;
}

let opened: Promise<{ client: pg.Client; jwksUri: string }> | undefined;

serve(async (of: StatusFloor): Promise<StatusFloorTook> => {
  opened ??= open(of);
  const { client, jwksUri } = await opened;
  const together = (statements: readonly string[]): Promise<number> =>
    timed(() => Promise.all(statements.map((text) => client.query({ text, rowMode: 'array' }).catch(unknownSetting))));
  const first = await together([showVersion, showUsers, ...settingNames.map(showSetting)]);
  const second = await together([
    showClock,
    showAllMembers,
    ...surveyedNames.map(showSetting),
    ...of.users.map((user) => showSystemGrantsOf([user])),
  ]);
  const keys = await timed(async () => (await fetch(jwksUri)).json());
  const bare = (await together(['SELECT 1'])) + (await together(['SELECT 1']));
  return { first, second, keys, bare };
});

async function open({ clusterUrl, discoveryUrl }: StatusFloor): Promise<{ client: pg.Client; jwksUri: string }> {
  const client = new pg.Client({ connectionString: clusterUrl, pipeline: true });
  await client.connect();
  const { jwks_uri: jwksUri } = (await (await fetch(discoveryUrl)).json()) as { jwks_uri: string };
  return { client, jwksUri };
}

/** The version that is played does not know all of them; the bot asks all the same. */
function unknownSetting(error: Error): null {
  if (!error.message.startsWith('unknown setting')) throw error;
  return null;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

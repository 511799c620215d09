/** The cluster adapter, held to one contract on five versions of CockroachDB: the stand-in as each of them, one after the other. */
import { after, describe } from 'node:test';
import type { ClusterOptions } from '../../src/adapters/cockroach/cluster.ts';
import { cockroachCluster } from '../../src/adapters/cockroach/cluster.ts';
import type { SettingName } from '../../src/core/cluster/cluster.ts';
import { played } from '../../src/sandbox/cockroach/version.ts';
import { clusterContract, type ClusterUnderTest } from '../contracts/cluster.ts';
import { type Rig, rig } from '../sandbox/cockroach-rig.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const fetching: SettingName = 'server.jwt_authentication.jwks_auto_fetch.enabled';
const atLogin: readonly SettingName[] = ['server.jwt_authentication.authorization.enabled', 'security.provisioning.jwt.enabled'];

/** What differs for the bot (docs/versions.md), written out. */
const differs: Readonly<Record<(typeof played)[number], Pick<ClusterUnderTest, 'lacks' | 'createRoleGrants' | 'issuerMap'>>> = {
  'v23.1.5': { lacks: [fetching, ...atLogin], createRoleGrants: false, issuerMap: false },
  'v24.1.8': { lacks: atLogin, createRoleGrants: true, issuerMap: true },
  'v25.2.4': { lacks: atLogin, createRoleGrants: true, issuerMap: true },
  'v25.4.2': { lacks: [], createRoleGrants: true, issuerMap: true },
  'v26.1.0': { lacks: [], createRoleGrants: true, issuerMap: true },
};

async function opened(r: Rig, version: (typeof played)[number], closers: (() => Promise<void>)[]): Promise<ClusterUnderTest> {
  const url = (user: string): Promise<string> => r.cluster.clientUrl(user, 'defaultdb');
  const options: ClusterOptions = {
    name: 'prod',
    url: await url('crdb_access'),
    settingsUrl: await url('crdb_access_settings'),
    log,
  };
  const cluster = cockroachCluster(options);
  closers.push(() => cluster.close());
  const root = await r.connect('root');
  return { version, cluster, ...differs[version], root: (sql) => root.query(sql) };
}

// All of them are there before the first suite: a file whose tests are over is over.
const closers: (() => Promise<void>)[] = [];
const clusters: ClusterUnderTest[] = [];
for (const version of played) clusters.push(await opened(await rig({ version }), version, closers));
after(async () => {
  for (const close of closers) await close();
});

for (const cluster of clusters) {
  describe(`against the stand-in as ${cluster.version}`, () => clusterContract(cluster));
}

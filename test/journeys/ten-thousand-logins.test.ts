/**
 * Ten thousand logins, each made together with the verdict that it must meet (login-cases.ts): the command line's explain-login says it
 * of each, with the settings in a question and on a cluster that is read; and a client that logs in over TLS meets it on the cluster
 * of that version. How many of the real logins `npm test` makes is below; SOAK=1 makes all of them.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { explainLogin } from '../../src/cli/explain-login.ts';
import { explainToken } from '../../src/cli/explain-token.ts';
import type { World } from '../../src/core/ports.ts';
import { authority } from '../../src/sandbox/certs.ts';
import { startCockroach } from '../../src/sandbox/cockroach/start.ts';
import { somePolicy } from '../fakes/world.ts';
import { type Group, groupsFor, type Login, sqlUsers, type Verdict } from './login-cases.ts';
import { Chance } from './login-rng.ts';
import { versions } from './login-versions.ts';
import { type Door, logIn } from './raw-login.ts';

const soak = process.env['SOAK'] === '1';
const seed = Number(process.env['LOGINS_SEED'] ?? 20_260_601);
const perVersion = 2000;
const each = 12;
/** Of each version's groups, how many are tried as tokens, by the program as it is started, and over the wire. */
const shares = soak ? { token: 1, program: 0.05, wire: 1 } : { token: 0.2, program: 0.01, wire: 0.1 };
const now = Math.floor(Date.now() / 1000);

const made = versions.map((version) => ({
  version,
  groups: groupsFor({ chance: new Chance(seed + versions.indexOf(version)), version, logins: perVersion, each, now }),
}));
const all = made.flatMap(({ groups }) => groups);
const some = (groups: readonly Group[], share: number): readonly Group[] =>
  groups.filter((_, i) => i % Math.round(1 / share) === 0);

/** What came of a login, in whatever way it was tried. */
interface Got {
  readonly as?: string;
  readonly step?: string;
  readonly error?: string;
  readonly detail?: string | undefined;
}

function meets(verdict: Verdict, got: Got, about: () => string): void {
  if ('as' in verdict) {
    assert.deepEqual({ as: got.as, error: got.error }, { as: verdict.as, error: undefined }, about());
    return;
  }
  const step = got.step === undefined ? {} : { step: got.step };
  const detail = verdict.detail === null ? got.detail : verdict.detail;
  const expected = { as: undefined, error: verdict.error, detail, ...(got.step === undefined ? {} : { step: verdict.step }) };
  assert.deepEqual({ as: got.as, error: got.error, detail: got.detail, ...step }, expected, about());
  if (verdict.detail === null) assert.ok(got.detail, about());
}

const aboutIt =
  ({ setup }: Group, login: Login) =>
  (): string =>
    JSON.stringify({ seed, version: setup.version.name, settings: setup.settings, login }, null, 1);

function output() {
  const written = { out: '', err: '' };
  return {
    written,
    stdout: (text: string) => {
      written.out += text;
    },
    stderr: (text: string) => {
      written.err += text;
    },
  };
}

const users = Object.fromEntries(Object.entries(sqlUsers).map(([name, login]) => [name, { login }]));
const question = ({ setup }: Group, login: Login): string =>
  JSON.stringify({ version: setup.version.name, settings: setup.settings, users, token: login.token, user: login.user });

/** A cluster with these settings, and nothing else that matters. */
function worldWith({ setup }: Group): World {
  const { 'server.jwt_authentication.issuers.configuration': alias, ...settings } = setup.settings;
  const state = {
    version: setup.version.name,
    settings: { ...settings, ...(alias === undefined ? {} : { 'server.jwt_authentication.issuers': alias }) },
    users: Object.entries(sqlUsers).map(([name, canLogin]) => ({ name, canLogin, options: [], memberOf: [] })),
  };
  return {
    policy,
    tenantId: '8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11',
    watching: { checkSeconds: 1, keySeconds: 1, lookSeconds: 1 },
    clusters: new Map([['prod', { read: async () => state, survey: async () => ({ ...state, surveyed: settings }) }]]),
    issuer: { published: async () => ({ issuer: 'https://elsewhere.example', jwksUri: '', keys: [] }) },
    store: { now: async () => new Date(now * 1000), ledger: { rows: async () => [] } },
  } as unknown as World;
}
const policy = somePolicy();

suite(`${perVersion * versions.length} generated logins (LOGINS_SEED=${seed})`, () => {
  test('reach every step of every version, and a good part of them is let in', (t: TestContext) => {
    for (const { version, groups } of made) {
      const counts = new Map<string, number>();
      for (const { verdict } of groups.flatMap(({ logins }) => logins)) {
        const place = 'as' in verdict ? 'in' : verdict.step;
        counts.set(place, (counts.get(place) ?? 0) + 1);
      }
      t.diagnostic(`${version.name}: ${[...counts].map(([place, n]) => `${place} ${n}`).join(', ')}`);
      for (const place of [...version.order, 'in']) assert.ok((counts.get(place) ?? 0) >= 10, `${version.name} ${place}`);
    }
  });

  test('explain-login says of each, by the settings in the question, what must come of it', async () => {
    for (const group of all) {
      for (const login of group.logins) {
        const out = output();
        const code = await explainLogin(question(group, login), out);
        const about = aboutIt(group, login);
        assert.equal(code, 'as' in login.verdict ? 0 : 1, `${out.written.err}${about()}`);
        meets(login.verdict, JSON.parse(out.written.out) as Got, about);
      }
    }
  });

  test(`explain-login says the same of ${soak ? 'each' : 'some'} as a token, by what it reads of the cluster`, async () => {
    for (const group of some(all, shares.token)) {
      const world = worldWith(group);
      for (const login of group.logins) {
        const out = output();
        const code = await explainToken(world, { token: login.token, cluster: 'prod', user: login.user, json: true }, out);
        const about = aboutIt(group, login);
        const got = JSON.parse(out.written.out) as Got & { ok: boolean | null };
        if (group.setup.broken === 'keys' && code !== 1) assert.deepEqual([code, got.ok], [3, null], about());
        else if (group.setup.broken !== 'keys') {
          assert.equal(code, 'as' in login.verdict ? 0 : 1, about());
          meets(login.verdict, got, about);
        }
      }
    }
  });

  test('the program itself says the same, as it is started in a shell', () => {
    const built = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
    for (const group of some(all, shares.program)) {
      for (const login of group.logins.slice(0, 1)) {
        const ran = spawnSync(process.execPath, [built, 'explain-login', '--json'], {
          encoding: 'utf8',
          env: {},
          input: question(group, login),
        });
        const about = aboutIt(group, login);
        assert.equal(ran.status, 'as' in login.verdict ? 0 : 1, `${ran.stderr}${about()}`);
        meets(login.verdict, JSON.parse(ran.stdout) as Got, about);
      }
    }
  });

  for (const { version, groups } of made) {
    const tried = some(groups, shares.wire);
    test(`CockroachDB ${version.name} gives ${tried.flatMap(({ logins }) => logins).length} of them the same answer over TLS`, async (t) => {
      const began = performance.now();
      const { cluster, caPem, stop } = await clusterOf(version.name);
      const root = new pg.Client({ connectionString: cluster.adminUrl });
      try {
        await root.connect();
        await makeUsers(root);
        const door: Door = { port: cluster.port, caPem };
        const set = settingsOn(root);
        const started = performance.now();
        for (const group of tried) {
          await set(group.setup.settings);
          await side(6, group.logins, (login) => tryOne(door, group, login));
        }
        t.diagnostic(`started in ${Math.round(started - began)} ms, tried in ${Math.round(performance.now() - started)} ms`);
      } finally {
        await root.end();
        await stop();
      }
    });
  }
});

async function tryOne(door: Door, group: Group, login: Login): Promise<void> {
  const answer = await logIn(door, login.user, login.token);
  const got = 'as' in answer ? answer : { error: answer.message, detail: answer.detail };
  meets(login.verdict, got, aboutIt(group, login));
}

async function clusterOf(version: string) {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-logins-'));
  chmodSync(dir, 0o711); // so that PostgreSQL's data lie in it, also under root
  const ca = await authority(join(dir, 'certs'), 'cockroach');
  const cluster = await startCockroach({ dir: join(dir, 'cockroach'), port: 0, authority: ca, version, log: () => undefined });
  const stop = async (): Promise<void> => {
    await cluster.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  return { cluster, caPem: ca.caPem, stop };
}

async function makeUsers(root: pg.Client): Promise<void> {
  for (const [name, awake] of Object.entries(sqlUsers)) {
    if (['root', 'admin'].includes(name)) continue;
    await root.query(`CREATE USER "${name}" WITH ${awake ? 'LOGIN' : 'NOLOGIN'}`);
  }
}

/** Sets what differs from what was set before. */
function settingsOn(root: pg.Client): (settings: Readonly<Record<string, string>>) => Promise<void> {
  const set = new Map<string, string>();
  return async (settings) => {
    for (const [name, value] of Object.entries(settings)) {
      const key = name.replace('.issuers.configuration', '.issuers');
      if (set.get(key) === value) continue;
      const typed = name.endsWith('.enabled') ? value : `'${value.replaceAll("'", "''")}'`;
      await root.query(`SET CLUSTER SETTING ${name} = ${typed}`);
      set.set(key, value);
    }
  };
}

/** So many at a time. */
async function side<T>(many: number, of: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = [...of];
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: many }, worker));
}

import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
// @ts-expect-error plain JavaScript without types
import walls from '../../.dependency-cruiser.mjs';
import { plant } from './planted.ts';

const rules: readonly string[] = walls.forbidden.map((rule: { name: string }) => rule.name);

/** A small house in which every wall stands. */
const sound = {
  'src/main.ts':
    "import './config.ts';\nimport './core/work/request.ts';\nimport './adapters/slack/app.ts';\nimport './adapters/store/store.ts';\n",
  'src/cli.ts': "import './config/secret.ts';\nexport {};\n",
  'src/config.ts': "import './config/secret.ts';\nexport const config = 1;\n",
  'src/config/secret.ts': 'export const secret = 1;\n',
  'src/core/errors.ts': 'export const fault = 1;\n',
  'src/core/request/request.ts': 'export type AccessRequest = { readonly id: string };\n',
  'src/core/cluster/cluster.ts': 'export const cluster = 1;\n',
  'src/core/ports.ts':
    "import type { AccessRequest } from './request/request.ts';\nexport type World = { readonly request: AccessRequest };\n",
  'src/core/identity/sql-username.ts': "import { RE2JS } from 're2js';\nexport const pattern = RE2JS.compile('a');\n",
  'src/core/policy/policy.ts': "import { pattern } from '../identity/sql-username.ts';\nexport const policy = pattern;\n",
  'src/core/messages/card.ts':
    "import type { World } from '../ports.ts';\nimport { policy } from '../policy/policy.ts';\nexport const card = (w: World) => [w, policy];\n",
  'src/core/login/login.ts': "import { pattern } from '../identity/sql-username.ts';\nexport const login = pattern;\n",
  'src/core/approval/ask.ts':
    "import { card } from '../messages/card.ts';\nimport { login } from '../login/login.ts';\nimport '../errors.ts';\nimport '../cluster/cluster.ts';\nexport const ask = [card, login];\n",
  'src/core/delivery/tell.ts': "import { card } from '../messages/card.ts';\nexport const tell = card;\n",
  'src/core/work/request.ts':
    "import { ask } from '../approval/ask.ts';\nimport { tell } from '../delivery/tell.ts';\nexport const work = [ask, tell];\n",
  'src/adapters/slack/app.ts':
    "import bolt from '@slack/bolt';\nimport { card } from '../../core/messages/card.ts';\nexport const app = [bolt, card];\n",
  'src/adapters/linter/worker.ts': "import { parentPort } from 'node:worker_threads';\nexport const port = parentPort;\n",
  'src/adapters/store/store.ts': "import pg from 'pg';\nexport const store = pg;\n",
  'src/sandbox/page/feed.ts': 'export type Feed = 1;\n',
  'src/sandbox/page/web/main.ts':
    "import { h } from 'preact';\nimport type { Feed } from '../feed.ts';\nexport const page = (f: Feed) => h('p', null, f);\n",
  'src/sandbox/main.ts': "import pg from 'pg';\nimport '../core/errors.ts';\nexport const sandbox = pg;\n",
};

/** The faults, each in a file of its own: the rule that has to stop it, and what is in the file. */
const faults: readonly { readonly rule: string; readonly file: string; readonly text: string }[] = [
  {
    rule: 'no-cycles',
    file: 'src/core/approval/cycle-a.ts',
    text: "import type { B } from './cycle-b.ts';\nexport type A = B | 1;\n",
  },
  {
    rule: 'core-knows-core',
    file: 'src/core/approval/with-package.ts',
    text: "import type { Pool } from 'pg';\nexport type P = Pool;\n",
  },
  {
    rule: 'core-knows-core',
    file: 'src/core/approval/with-node.ts',
    text: "import { readFileSync } from 'node:fs';\nexport const r = readFileSync;\n",
  },
  {
    rule: 'core-knows-core',
    file: 'src/core/approval/with-adapter.ts',
    text: "import { app } from '../../adapters/slack/app.ts';\nexport const a = app;\n",
  },
  {
    rule: 're2js-for-patterns',
    file: 'src/core/policy/with-patterns.ts',
    text: "import { RE2JS } from 're2js';\nexport const r = RE2JS;\n",
  },
  {
    rule: 'ground-knows-nobody',
    file: 'src/core/request/with-card.ts',
    text: "import type { card } from '../messages/card.ts';\nexport type C = typeof card;\n",
  },
  {
    rule: 'ground-knows-nobody',
    file: 'src/core/cluster/with-ports.ts',
    text: "import type { World } from '../ports.ts';\nexport type W = World;\n",
  },
  {
    rule: 'shared-policy',
    file: 'src/core/policy/with-messages.ts',
    text: "import { card } from '../messages/card.ts';\nexport const c = card;\n",
  },
  {
    rule: 'shared-messages',
    file: 'src/core/messages/with-login.ts',
    text: "import { login } from '../login/login.ts';\nexport const l = login;\n",
  },
  {
    rule: 'shared-identity',
    file: 'src/core/identity/with-policy.ts',
    text: "import { policy } from '../policy/policy.ts';\nexport const p = policy;\n",
  },
  {
    rule: 'shared-login',
    file: 'src/core/login/with-step.ts',
    text: "import { tell } from '../delivery/tell.ts';\nexport const t = tell;\n",
  },
  {
    rule: 'shared-cluster-auth',
    file: 'src/core/cluster-auth/with-step.ts',
    text: "import { tell } from '../delivery/tell.ts';\nexport const t = tell;\n",
  },
  {
    rule: 'steps-apart',
    file: 'src/core/approval/with-step.ts',
    text: "import { tell } from '../delivery/tell.ts';\nexport const t = tell;\n",
  },
  {
    rule: 'steps-apart',
    file: 'src/core/delivery/with-work.ts',
    text: "import type { work } from '../work/request.ts';\nexport type W = typeof work;\n",
  },
  {
    rule: 'ports-know-words-only',
    file: 'src/core/ports.ts',
    text: "import type { tell } from './delivery/tell.ts';\nexport type World = { readonly request: { readonly id: string }; readonly tell: typeof tell };\n",
  },
  {
    rule: 'adapters-apart',
    file: 'src/adapters/slack/with-sibling.ts',
    text: "import { store } from '../store/store.ts';\nexport const s = store;\n",
  },
  {
    rule: 'adapters-know-the-core',
    file: 'src/adapters/slack/with-secret.ts',
    text: "import { secret } from '../../config/secret.ts';\nexport const s = secret;\n",
  },
  {
    rule: 'config-at-the-top',
    file: 'src/adapters/slack/with-config.ts',
    text: "import { config } from '../../config.ts';\nexport const c = config;\n",
  },
  {
    rule: 'bot-without-sandbox',
    file: 'src/adapters/slack/with-sandbox.ts',
    text: "import { sandbox } from '../../sandbox/main.ts';\nexport const s = sandbox;\n",
  },
  {
    rule: 'sandbox-outside',
    file: 'src/sandbox/with-adapter.ts',
    text: "import { store } from '../adapters/store/store.ts';\nexport const s = store;\n",
  },
  {
    rule: 'sdk-slack',
    file: 'src/adapters/store/with-slack.ts',
    text: "import type { App } from '@slack/bolt';\nexport type A = App;\n",
  },
  {
    rule: 'sdk-teams',
    file: 'src/adapters/teams/with-sdk.ts',
    text: "import type { Activity } from 'botbuilder';\nexport type A = Activity;\n",
  },
  {
    rule: 'sdk-entra',
    file: 'src/adapters/slack/with-azure.ts',
    text: "import { ClientSecretCredential } from '@azure/identity';\nexport const c = ClientSecretCredential;\n",
  },
  {
    rule: 'sdk-entra',
    file: 'src/adapters/slack/with-graph.ts',
    text: "import { Client } from '@microsoft/microsoft-graph-client';\nexport const c = Client;\n",
  },
  {
    rule: 'sdk-queue',
    file: 'src/adapters/store/with-bullmq.ts',
    text: "import { Queue } from 'bullmq';\nexport const q = Queue;\n",
  },
  {
    rule: 'sdk-queue',
    file: 'src/adapters/store/with-ioredis.ts',
    text: "import { Redis } from 'ioredis';\nexport const r = Redis;\n",
  },
  { rule: 'sdk-pg', file: 'src/adapters/slack/with-pg.ts', text: "import pg from 'pg';\nexport const p = pg;\n" },
  {
    rule: 'sdk-jose',
    file: 'src/adapters/entra/with-jose.ts',
    text: "import { importJWK } from 'jose';\nexport const j = importJWK;\n",
  },
  {
    rule: 'page-in-a-browser',
    file: 'src/sandbox/page/web/with-core.ts',
    text: "import { fault } from '../../../core/errors.ts';\nexport const f = fault;\n",
  },
  {
    rule: 'page-apart',
    file: 'src/sandbox/with-page.ts',
    text: "import { page } from './page/web/main.ts';\nexport const p = page;\n",
  },
  {
    rule: 'sdk-preact',
    file: 'src/sandbox/page/with-preact.ts',
    text: "import { h } from 'preact';\nexport const e = h;\n",
  },
  {
    rule: 'sdk-adaptivecards',
    file: 'src/sandbox/page/web/with-cards.ts',
    text: "import { AdaptiveCard } from 'adaptivecards';\nexport const c = new AdaptiveCard();\n",
  },
  { rule: 'sdk-pino', file: 'src/adapters/slack/with-pino.ts', text: "import pino from 'pino';\nexport const p = pino;\n" },
  {
    rule: 'sdk-prom-client',
    file: 'src/adapters/store/with-metrics.ts',
    text: "import { Counter } from 'prom-client';\nexport const c = Counter;\n",
  },
  { rule: 'sdk-yaml', file: 'src/adapters/store/with-yaml.ts', text: "import { parse } from 'yaml';\nexport const y = parse;\n" },
  {
    rule: 'threads-in-one-place',
    file: 'src/adapters/slack/with-thread.ts',
    text: "import { Worker } from 'node:worker_threads';\nexport const w = Worker;\n",
  },
  {
    rule: 'known-imports-only',
    file: 'src/adapters/slack/with-nothing.ts',
    text: "import { gone } from './gone.ts';\nexport const g = gone;\n",
  },
  {
    rule: 'no-test-code',
    file: 'src/adapters/slack/with-test.ts',
    text: "import { t } from '../../../test/fakes/t.ts';\nexport const u = t;\n",
  },
  {
    rule: 'no-dev-packages',
    file: 'src/adapters/slack/with-dev.ts',
    text: "import fc from 'fast-check';\nexport const f = fc;\n",
  },
  { rule: 'no-dead-files', file: 'src/core/approval/dead.ts', text: 'export const dead = 1;\n' },
  {
    rule: 'no-unreached-files',
    file: 'src/core/approval/unreached.ts',
    text: "import { card } from '../messages/card.ts';\nexport const c = card;\n",
  },
];

suite('import walls', () => {
  const good = plant(sound);
  const bad = plant({
    ...sound,
    ...Object.fromEntries(faults.map((f) => [f.file, f.text])),
    'src/core/approval/cycle-b.ts': "import type { A } from './cycle-a.ts';\nexport type B = A | 2;\n",
    'test/fakes/t.ts': 'export const t = 1;\n',
  });
  after(() => {
    good.remove();
    bad.remove();
  });
  const said = bad.run('scripts/walls.mjs');

  test('a sound house passes', () => {
    const { code, text } = good.run('scripts/walls.mjs');
    assert.equal(code, 0, text);
  });
  test('a house with planted faults does not pass', () => assert.notEqual(said.code, 0));
  for (const { rule, file } of faults) {
    test(`${rule} stops ${file}`, () => {
      const lines = said.text.split('\n').filter((line) => line.startsWith(file));
      assert.ok(
        lines.some((line) => line.includes(`: ${rule}.`)),
        lines.join('\n') || said.text,
      );
    });
  }
  test('every wall has a planted fault', () => {
    const planted = new Set(faults.map((f) => f.rule));
    assert.deepEqual(
      rules.filter((rule) => !planted.has(rule)),
      [],
    );
  });
  test('without @swc/core, which dependency-cruiser needs to see anything, the check fails instead of being content', () => {
    const url = (script: string): string => `data:text/javascript,${encodeURIComponent(script).replaceAll("'", '%27')}`;
    const gone =
      "export async function resolve(s,c,n){if(s.startsWith('@swc/core'))throw new Error('not installed');return n(s,c)}";
    const hook = url(`import { register } from 'node:module'; register(${JSON.stringify(url(gone))});`);
    const { code, text } = good.run('scripts/walls.mjs', [], { NODE_OPTIONS: `--import=${hook}` });
    assert.notEqual(code, 0, text);
    assert.match(text, /@swc\/core does not load/);
  });
  test('a file that was not read fails the check', () => {
    const unread = plant({ ...sound, 'src/core/node_modules/hidden.ts': 'export {};\n' });
    const { code, text } = unread.run('scripts/walls.mjs');
    unread.remove();
    assert.notEqual(code, 0, text);
    assert.match(text, /src\/core\/node_modules\/hidden\.ts: was not read/);
  });
});

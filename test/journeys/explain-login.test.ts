/** The command line's explain-login with the token that a person's own az prints, against the whole sandbox; and where that token is afterwards: nowhere. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { drive, type Driver } from './sandbox-driver.ts';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const setting = 'server.jwt_authentication';
let d: Driver;
/** Everything that the program ever wrote here, and every line of the process list while it ran. */
const said: string[] = [];
const tokens = new Set<string>();

before(async () => {
  // The watch looks at most every five minutes, and not in between: what is asked of it is told by its own tests.
  d = await drive();
  await d.command('alice', '/crdb-access request analytics');
  await d.press('bob', (await d.card('bob', 'analytics')).id, 'Approve');
  await d.bash('alice', 40);
});
after(() => d.stop());

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function explain(input: string | Buffer, ...args: readonly string[]): Promise<Ran> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [program, 'explain-login', ...args], { env: d.sandbox.botEnv });
    const written = { out: '', err: '' };
    child.stdout.on('data', (some: Buffer) => {
      written.out += some.toString();
      said.push(processes());
    });
    child.stderr.on('data', (some: Buffer) => {
      written.err += some.toString();
    });
    child.once('error', failed);
    child.once('close', (code) => {
      said.push(written.out, written.err);
      done({ code, ...written });
    });
    // Whoever stops reading early breaks the pipe; that is no fault of the one who wrote.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

const processes = (): string =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return ''; // It has ended meanwhile.
      }
    })
    .join('\n');

/** What az prints for this person, as it is piped. */
async function printed(as: string, query = ''): Promise<string> {
  const scope = `--tenant ${d.sandbox.facts.entra.tenantId} --scope api://crdb-prod/.default`;
  const run = await d.shell(as, `az account get-access-token ${scope} ${query}`, '');
  assert.equal(run.code, 0, run.err);
  keep(/[\w-]{20,}\.[\w-]{20,}\.[\w-]{20,}/.exec(run.out)?.[0] ?? '');
  return run.out;
}

function keep(token: string): string {
  assert.ok(token.length > 100);
  tokens.add(token);
  return token;
}

const own = (more: Record<string, unknown> = {}, upn = 'alice@contoso.com'): string =>
  keep(d.sandbox.entra.tokenFor(upn, { claims: more }));

test('a granted person’s token is let in, as az prints it and as it is copied', async () => {
  const json = await printed('alice');
  const { accessToken } = JSON.parse(json) as { accessToken: string };
  for (const form of [json, `\uFEFFBearer ${accessToken}\r\n`]) {
    const { code, out, err } = await explain(form);
    assert.deepEqual([code, err], [0, ''], out);
    assert.match(out, /^Let in: prod takes this token now, as the SQL user alice\.$/m);
    assert.match(out, /SQL user {2}alice, as the bot’s ledger has it for the token’s object id/);
  }
});

test('what explain-login says of the token, the cluster says of the login', async () => {
  const token = await printed('alice', '--query accessToken -o tsv');
  const login = await d.shell('alice', await d.bash('alice'), 'SELECT current_user;');
  assert.match(login.out, /^alice$/m, login.err);
  await d.root(`SET CLUSTER SETTING ${setting}.audience = 'another-app'`);
  const refused = await d.shell('alice', await d.bash('alice'), 'SELECT current_user;');
  const { code, out } = await explain(token, '--json');
  const answer = JSON.parse(out) as { step: string; error: string; detail: string; fix: string };
  assert.equal(code, 1);
  assert.deepEqual([answer.step, answer.error], ['audience', 'JWT authentication: invalid audience']);
  for (const text of [answer.error, answer.detail]) assert.ok(`${refused.out}${refused.err}`.includes(text), refused.err);
  assert.match(answer.fix, /An admin of this bot \(whoever has the app role Crdb\.Admin\).*\/crdb-access status prod, then Plan/);
  await d.root(`SET CLUSTER SETTING ${setting}.audience = '${d.sandbox.entra.api.clientId}'`);
});

test('tokens that never pass are told by what can be seen in them', async () => {
  const long = Math.floor(Date.now() / 1000) - 7300;
  const wrong: readonly (readonly [token: string, step: string, says: RegExp])[] = [
    [own({ exp: long }), 'time', /it expired 2 h \d+ min ago, at \d{4}-\d\d-\d\d \d\d:\d\d UTC/],
    [
      own({ aud: 'https://management.azure.com/' }),
      'audience',
      /Azure Resource Manager.*\n.*az account get-access-token --tenant/,
    ],
    [own({ upn: undefined }), 'claim', /it has no upn, and the cluster goes by it/],
    [own({}, 'erin_partner.example#EXT#@contoso.com'), 'claim', /it is a guest’s/],
    [own({}, 'dave@contoso.com'), 'user', /password authentication failed for user dave/],
  ];
  for (const [token, step, says] of wrong) {
    const { code, out, err } = await explain(token);
    assert.deepEqual([code, err], [1, '']);
    assert.match(out, new RegExp(`at the step ${step}\\.$`, 'm'));
    assert.match(out, says);
  }
});

test('a key that the cluster does not have yet is said to be new, and is asked for', async () => {
  d.sandbox.entra.rotateKeys('at_once');
  const { code, out } = await explain(await printed('alice'));
  assert.equal(code, 1);
  assert.match(out, /at the step signature\.$/m);
  assert.match(out, /the cluster does not have yet; Entra publishes it/);
  assert.match(out, /The bot’s watch has been asked for it/);
  const notes = await d.store(`SELECT name FROM watch_notes WHERE name = 'keys-asked:v2'`);
  assert.equal(notes.length, 1);
});

test('a cluster that does not answer is said, with what the token itself shows, and ends with 3', async () => {
  await d.chaos('cockroach', 'down');
  const { code, out, err } = await explain(own({ aud: 'https://graph.microsoft.com' }));
  await d.chaos('cockroach', 'none');
  assert.equal(code, 3);
  assert.match(err, /^Nothing was decided: /);
  assert.match(out, /it is for Microsoft Graph/);
});

test('what is no token of any kind ends with 2, whatever it is, and is not said again', async () => {
  const canary = own();
  const broken: readonly (string | Buffer)[] = [
    Buffer.from(canary.repeat(2_000)),
    canary.slice(0, 300).replaceAll('.', ''),
    `{"${canary}":1}`,
    Buffer.concat([Buffer.from([0, 1, 2, 0xff]), Buffer.from(canary)]),
  ];
  for (const input of broken) {
    const { code, out, err } = await explain(input);
    assert.deepEqual([code, out], [2, ''], err);
  }
});

test('no token is in anything that was said, in a log, in the store or among the processes', async () => {
  const tables = await d.store(
    "SELECT table_schema AS s, table_name AS t FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')",
  );
  const rows = await Promise.all(tables.map(({ s, t }) => d.store(`SELECT * FROM "${String(s)}"."${String(t)}"`)));
  const places = {
    said: said.join('\n'),
    log: readFileSync(join(d.dir, 'bot.log'), 'utf8'),
    store: JSON.stringify(rows),
  };
  assert.ok(tokens.size > 8 && said.length > 30 && tables.length > 10);
  for (const [where, text] of Object.entries(places)) {
    for (const token of tokens) {
      // The first part is the same in all of them but for the key; a signature and the claims are a token's own.
      for (const part of token.split('.').slice(1)) {
        for (const piece of [part.slice(0, 40), part.slice(-40), part.slice(60, 90)])
          assert.ok(!text.includes(piece), `${where} has a part of a token`);
      }
    }
  }
  assert.ok(places.said.includes('explain-login'), 'the processes were looked at while it ran');
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { opens } from './own-token.ts';
import { drive, type Driver, type Message } from './sandbox-driver.ts';

let d: Driver;
before(async () => {
  d = await drive();
});
after(() => d.stop());

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** The command line, in the environment of the bot that runs. */
const cli = (...args: readonly string[]) => cliWith(d.sandbox.botEnv, ...args);

async function cliWith(
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...args], { env: { ...env, PATH: process.env['PATH'] } });
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (err += data.toString()));
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed);
    child.once('close', (ended) => done(ended ?? -1));
  });
  return { code, out, err };
}

/** Files a proposal and gives the admins' card of it. */
async function filed(user: string, upn: string): Promise<Message> {
  const ran = await cli('adopt', user, '--upn', upn);
  assert.equal(ran.code, 0, ran.err);
  const id = /Filed as proposal ([0-9A-Z]{8})/.exec(ran.out)?.[1] ?? '';
  assert.notEqual(id, '', ran.out);
  return d.card('carol', id);
}

const buttonsOf = ({ buttons }: Message): string[] => buttons.map((b) => b.label);
const again = (card: Message, says: RegExp, as = 'carol'): Promise<Message> =>
  d.sees(as, (m) => m.id === card.id && says.test(m.text));
const told = (as: string, says: RegExp): Promise<Message> => d.sees(as, (m) => m.ephemeral && says.test(m.text));
const ledger = (): Promise<readonly Record<string, unknown>[]> =>
  d.store('SELECT sql_username, upn, state, adopted FROM ledger ORDER BY sql_username');

/** The newest login command that this person was sent, once it names this SQL user. */
async function loginAs(as: string, sqlUser: string): Promise<string> {
  const message = await d.sees(as, (m) => m.code.some((code) => code.includes(sqlUser) && code.startsWith('PGPASSWORD=')), 30);
  return message.code.find((code) => code.startsWith('PGPASSWORD=')) ?? '';
}

async function approved(as: string, entitlement: string): Promise<void> {
  await d.command(as, `/crdb-access request ${entitlement}`);
  const name = d.sandbox.facts.people.find((p) => p.key === as)?.upn ?? as;
  const card = await d.sees('bob', (m) => m.buttons.length > 0 && m.text.includes(name) && m.text.includes(entitlement));
  await d.press('bob', card.id, 'Approve');
}

suite('adopting a SQL user', () => {
  test('is refused, with the reason and what to do, for whoever can not or must not be tied', async () => {
    const made = [
      'CREATE USER boss',
      'GRANT admin TO boss',
      'CREATE ROLE ops',
      'GRANT admin TO ops',
      'CREATE USER opsman',
      'GRANT ops TO opsman',
    ];
    for (const sql of made) await d.root(sql);
    const refused: readonly (readonly [user: string, upn: string, says: RegExp])[] = [
      ['root', 'alice@fabrikam.com', /`root` is reserved.*Name another SQL user/],
      ['ADMIN', 'alice@fabrikam.com', /`admin` is reserved/],
      ['node', 'alice@fabrikam.com', /`node` is reserved/],
      ['public', 'alice@fabrikam.com', /`public` is reserved/],
      ['pg_x', 'alice@fabrikam.com', /`pg_x` is reserved/],
      ["o'brien", 'alice@fabrikam.com', /can't be a SQL user name/],
      ['boss', 'alice@fabrikam.com', /member of admin on prod, directly.*Revoke/],
      ['opsman', 'alice@fabrikam.com', /member of admin on prod, through ops/],
      ['ops', 'alice@fabrikam.com', /member of admin/],
      ['analytics_reader', 'alice@fabrikam.com', /SQL role/],
      ['crdb_access', 'alice@fabrikam.com', /this bot itself connects as/],
      ['crdb_access_settings', 'alice@fabrikam.com', /this bot itself connects as/],
      ['app', 'nobody@contoso.com', /No user of the directory has the UPN nobody@contoso\.com/],
      ['app', 'erin@partner.example', /whose UPN is erin_partner/],
      ['app', 'erin_partner.example#EXT#@contoso.com', /is a guest/],
      ['app', 'frank@contoso.com', /is disabled/],
      ['grace', 'grace@contoso.com', /nothing to adopt/],
    ];
    for (const [user, upn, says] of refused) {
      const { code, out, err } = await cli('adopt', user, '--upn', upn);
      assert.deepEqual([code, out], [1, ''], `${user} ${upn}: ${err}`);
      assert.match(err, says, `${user} ${upn}`);
    }
    const elsewhere = await cli('adopt', 'app', '--upn', 'alice@fabrikam.com', '--cluster', 'nowhere');
    assert.equal(elsewhere.code, 2);
    assert.match(elsewhere.err, /no cluster "nowhere"\. There is: prod/);
    assert.deepEqual(await d.store('SELECT id FROM proposals'), []);
    assert.deepEqual(await ledger(), []);
  });

  test('puts a card before the admins that says whose it becomes and what it can do', async () => {
    await d.root('CREATE USER afabre');
    await d.root('GRANT reporting_reader TO afabre');
    const card = await filed('afabre', 'alice@fabrikam.com');
    assert.deepEqual(buttonsOf(card), ['Confirm', 'Decline']);
    assert.match(card.text, /Tie the SQL user .*afabre.* on .*prod.* to .*Alice Fabre/);
    assert.match(card.text, /alice@fabrikam\.com/);
    assert.match(card.text, /Member of.*reporting_reader/s);
    assert.match(card.text, /Can do.*reporting/s);
    assert.match(card.text, /Nobody has confirmed yet/);
    const twice = await cli('adopt', 'afabre', '--upn', 'alice@fabrikam.com');
    assert.equal(twice.code, 1);
    assert.match(twice.err, /Proposal [0-9A-Z]{8} is open already/);
  });

  test('takes two different admins: one who confirms twice counts once', async () => {
    const card = await d.card('carol', 'afabre');
    await d.press('carol', card.id, 'Confirm');
    await again(card, /Confirmed by .*Carol/);
    await d.press('carol', card.id, 'Confirm');
    await told('carol', /You confirmed this at .* already, and you count once/);
    assert.deepEqual(await ledger(), []);
    await d.press('grace', card.id, 'Confirm');
    const done = await again(card, /has no rows of this bot yet: the first grant writes them/);
    assert.deepEqual(buttonsOf(done), []);
    assert.deepEqual(await ledger(), [{ sql_username: 'afabre', upn: 'alice@fabrikam.com', state: 'created', adopted: true }]);
  });

  test('ends in a working login of the person as that SQL user, and as no other', async () => {
    await approved('alice2', 'analytics');
    const login = await loginAs('alice2', 'afabre');
    const run = await d.shell('alice2', login, 'SELECT current_user; SELECT count(*) FROM events;');
    assert.equal(run.code, 0, run.err);
    assert.match(run.out, /^afabre$/m);
    assert.deepEqual(await opens(d, 'alice2', ['afabre', 'alice', 'app', 'admin', 'root', 'obrien']), ['afabre']);
  });

  test("does the same for a person whose name can't be a SQL user's: o'brien becomes obrien", async () => {
    await d.command('obrien', '/crdb-access request analytics');
    await d.sees('obrien', (m) => /SQL user name/.test(m.text));
    const card = await filed('obrien', "o'brien@contoso.com");
    assert.match(card.text, /does not exist yet/);
    await d.press('grace', card.id, 'Confirm');
    await again(card, /Confirmed by .*Grace/);
    await d.press('carol', card.id, 'Confirm');
    await again(card, /says so, and was read back/);
    await approved('obrien', 'analytics');
    const run = await d.shell('obrien', await loginAs('obrien', 'obrien'), 'SELECT current_user; SELECT count(*) FROM events;');
    assert.equal(run.code, 0, run.err);
    assert.match(run.out, /^obrien$/m);
    assert.deepEqual(await opens(d, 'obrien', ['obrien', 'afabre', 'alice', 'admin']), ['obrien']);
    const map = await d.root('SHOW CLUSTER SETTING server.identity_map.configuration');
    const rows = String(Object.values(map[0] ?? {})[0]).split('\n');
    assert.ok(
      rows.some((row) => row.endsWith(" /(?i)^(?:o'brien@contoso\\.com)$ obrien")),
      rows.join('\n'),
    );
  });

  test('is refused for a SQL user or a person that is tied already', async () => {
    const taken = await cli('adopt', 'afabre', '--upn', 'alice@contoso.com');
    assert.deepEqual(taken.code, 1);
    assert.match(taken.err, /belongs to another person \(alice@fabrikam\.com\)/);
    const second = await cli('adopt', 'fabre', '--upn', 'alice@fabrikam.com');
    assert.match(second.err, /has the SQL user afabre on prod already/);
    assert.match((await cli('adopt', 'afabre', '--upn', 'alice@fabrikam.com')).err, /There is nothing to do/);
  });

  test("says whose name it is, and the person's own confirmation does not count; a decline ends it", async () => {
    await d.root('CREATE USER alice');
    const bearer = await filed('alice', 'grace@contoso.com');
    assert.match(bearer.text, /Alice Park \(alice@contoso\.com\) bears this name too/);
    await d.press('grace', bearer.id, 'Confirm');
    await told('grace', /your own SQL user, so your word does not count/);
    await d.press('carol', bearer.id, 'Decline');
    const declined = await again(bearer, /Declined by .*Carol/);
    assert.deepEqual(buttonsOf(declined), []);
    assert.equal((await ledger()).length, 2);
  });

  test('lapses at the click when it no longer holds, with the reason on the card', async () => {
    await d.root('CREATE USER gl');
    const card = await filed('gl', 'grace@contoso.com');
    await d.root('GRANT ops TO gl');
    await d.press('carol', card.id, 'Confirm');
    const lapsed = await again(card, /no longer holds.*member of admin/s);
    assert.deepEqual(buttonsOf(lapsed), []);
    await told('carol', /Nothing was adopted/);
  });

  test('starts anew when what the card says of the SQL user has changed', async () => {
    await d.root('CREATE USER glind');
    const card = await filed('glind', 'bob@contoso.com');
    await d.press('carol', card.id, 'Confirm');
    await again(card, /Confirmed by .*Carol/);
    await d.root('GRANT billing_reader TO glind');
    await d.press('grace', card.id, 'Confirm');
    await told('grace', /has changed since the card was written/);
    const anew = await again(card, /billing_reader/);
    assert.match(anew.text, /Nobody has confirmed yet/);
    await d.press('grace', card.id, 'Decline');
    await again(card, /Declined by/);
  });

  test('is in the audit: filed, each word, what was found, by which policy', async () => {
    const [row] = await d.store("SELECT id FROM proposals WHERE sql_username = 'obrien'");
    const ran = await cli('audit', '--request', String(row?.['id']), '--json');
    assert.equal(ran.code, 0, ran.err);
    const lines = ran.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; by: string | null; details: Record<string, unknown> });
    assert.deepEqual(
      lines.map(({ event, by }) => `${event} ${by ?? '-'}`),
      [
        'proposal.filed -',
        // One card on each platform.
        'proposal.asked -',
        'proposal.asked -',
        'proposal.confirmed grace@contoso.com',
        'proposal.confirmed carol@contoso.com',
        'proposal.adopted carol@contoso.com',
        'proposal.applied -',
      ],
    );
    for (const { event, details } of lines.filter((line) => line.event !== 'proposal.asked')) {
      assert.match(String(details['policyHash']), /^[0-9a-f]{64}$/, event);
    }
    assert.match(
      String(lines.find((line) => line.event === 'proposal.adopted')?.details['plan']),
      /tie the SQL user obrien on prod/,
    );
  });
});

suite('a UPN that changed', () => {
  test('keeps its SQL user: the person hears why nothing is granted, and rebind shows what it would do', async () => {
    await d.command('carol', '/crdb-access request reporting');
    await d.shell('carol', await loginAs('carol', 'carol'), 'SELECT 1;').then((run) => assert.equal(run.code, 0, run.err));
    const oid = d.sandbox.facts.people.find((p) => p.key === 'carol')?.oid ?? '';
    d.sandbox.entra.people.setUpn(oid, 'carol.diaz@contoso.com');
    await d.command('carol', '/crdb-access request analytics');
    await d.sees(
      'carol',
      (m) => /from the time when your UPN was carol@contoso\.com/.test(m.text) && /rebind carol/.test(m.text),
    );
    const alerted = await d.sees('grace', (m) => m.code.some((code) => code.includes('rebind carol')));
    assert.match(alerted.text, /UPN of .*Carol.* has changed/);
    assert.ok(
      alerted.code.includes('npm run -s cli -- rebind carol --upn carol.diaz@contoso.com --cluster prod'),
      alerted.code.join(),
    );
    const plan = await cli('rebind', 'carol', '--upn', 'carol.diaz@contoso.com');
    assert.equal(plan.code, 0, plan.err);
    assert.match(
      plan.out,
      /ledger {2}- {2}carol on prod: carol@contoso\.com\n {2}ledger {2}\+ {2}carol on prod: carol\.diaz@contoso\.com\n/,
    );
    assert.match(plan.out, /map {2}\+ .*carol\\\.diaz@contoso\\\.com\)\$ carol\n/);
    assert.match(plan.out, /Nothing was changed/);
    assert.deepEqual((await ledger()).find((row) => row['sql_username'] === 'carol')?.['upn'], 'carol@contoso.com');
  });

  test('is refused to anybody else', async () => {
    for (const [upn, says] of [
      ['bob@contoso.com', /A SQL user never goes to somebody else/],
      ['carol@contoso.com', /No user of the directory has the UPN|whose UPN is carol\.diaz/],
    ] as const) {
      const { code, err } = await cli('rebind', 'carol', '--upn', upn, '--yes');
      assert.equal(code, 1);
      assert.match(err, says);
    }
    assert.match((await cli('rebind', 'dave', '--upn', 'dave@contoso.com')).err, /knows no SQL user dave on prod/);
  });

  test('is mended with --yes: the same person logs in as the same SQL user under the new UPN', async () => {
    const done = await cli('rebind', 'carol', '--upn', 'carol.diaz@contoso.com', '--yes');
    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /Done, and read back/);
    const token = d.sandbox.entra.tokenFor('carol.diaz@contoso.com');
    assert.deepEqual(await opens(d, 'carol', ['carol', 'carol.diaz', 'afabre', 'admin'], token), ['carol']);
    await d.command('carol', '/crdb-access request analytics');
    const card = await d.sees('bob', (m) => m.buttons.length > 0 && m.text.includes('carol.diaz@contoso.com'));
    await d.press('bob', card.id, 'Approve');
    await d.sees('bob', (m) => m.id === card.id && m.text.includes('Granted'), 30);
    const audited = await cli('audit', '--limit', '200');
    assert.equal(audited.code, 0, audited.err);
    assert.match(audited.out, /ledger\.renamed/);
    assert.ok(
      audited.out.split('\n').every((line) => line.length <= 100),
      'fits a terminal',
    );
  });
});

suite('a command line that can not reach what it needs', () => {
  const ran = async (env: Record<string, string>, ...args: readonly string[]) =>
    cliWith({ ...d.sandbox.botEnv, ...env }, ...args);

  test('says so in a sentence, without the password, and ends with 3', async () => {
    const url = 'postgresql://crdb_access:hunter2hunter2@127.0.0.1:1/crdb_access?sslmode=disable';
    for (const args of [
      ['audit'],
      ['adopt', 'app', '--upn', 'dave@contoso.com'],
      ['rebind', 'carol', '--upn', 'carol.diaz@contoso.com'],
    ]) {
      const { code, out, err } = await ran({ DATABASE_URL: url }, ...args);
      assert.deepEqual([code, out], [3, ''], err);
      assert.match(err, /^Nothing was done: .*store.*\n$/);
      assert.ok(!err.includes('hunter2'), err);
    }
    await d.chaos('graph', 'down');
    const directory = await ran({}, 'adopt', 'app', '--upn', 'dave@contoso.com');
    await d.chaos('graph', 'none');
    assert.equal(directory.code, 3);
    assert.match(directory.err, /^Nothing was done: .*\n$/);
  });

  test('does without the queue: a proposal is filed, and the bot finds it by itself', async () => {
    await d.root('CREATE USER dokafor');
    const { code, err } = await ran({ QUEUE_URL: 'redis://127.0.0.1:1' }, 'adopt', 'dokafor', '--upn', 'dave@contoso.com');
    assert.equal(code, 0, err);
    assert.deepEqual(buttonsOf(await d.card('carol', 'dokafor')), ['Confirm', 'Decline']);
  });
});

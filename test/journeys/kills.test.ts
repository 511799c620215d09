import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { people as everybody, type SandboxPerson } from '../../src/sandbox/people.ts';
import type { Watch } from '../../src/sandbox/stand-in.ts';
import { drive, type Driver, pause } from './sandbox-driver.ts';

/**
 * The boundaries at which the bot is killed (`kill -9`) and the queue is flushed. Those outside the store are hit while the stand-in
 * holds the bot's call: before it acts (the call is lost) and after it acted (the answer is lost). Those of the store are hit by
 * the row that was committed.
 */
const outside = [
  'chat.postMessage to the approvers',
  'chat.postMessage to the requester',
  'chat.update',
  'CREATE USER',
  'GRANT',
  'SET CLUSTER SETTING',
  'SHOW USERS',
  'GET /users/{id}',
] as const;
const stored = [
  'interaction received',
  'request pending',
  'request approved',
  'request granted',
  'card placed',
  'ledger creating',
  'ledger attempted',
  'ledger created',
] as const;
type Boundary = { readonly name: string; readonly when: 'before' | 'after' | 'stored' };
const boundaries: readonly Boundary[] = [
  ...outside.flatMap((name) => [
    { name, when: 'before' as const },
    { name, when: 'after' as const },
  ]),
  ...stored.map((name) => ({ name, when: 'stored' as const })),
];

const count = 50;
const crowd: readonly SandboxPerson[] = Array.from({ length: count }, (_, i) => {
  const n = String(i).padStart(3, '0');
  return {
    key: `p${n}`,
    name: `Person ${n}`,
    upn: `p${n}@contoso.com`,
    mail: `p${n}@contoso.com`,
    oid: `00000000-0000-4000-8000-000000000${n}`,
    slackUserId: `U0P${n}`,
    enabled: true,
    kind: 'member',
    appRoles: ['Crdb.Request'],
    channels: ['general'],
  };
});

let d: Driver;
let listener: pg.Client;
/** The boundary that is waited for; hit once. */
let armed: Boundary | null = null;
const hits: string[] = [];

async function hit(boundary: Boundary): Promise<void> {
  if (armed !== boundary) return;
  armed = null;
  hits.push(`${boundary.when} ${boundary.name}`);
  d.sandbox.bot.kill();
  await d.sandbox.queueFault('flush');
}

const watch: Watch = async (when, what, facts) => {
  const to = String(facts['channel']).startsWith('D') ? 'requester' : 'approvers';
  const name = what === 'chat.postMessage' ? `${what} to the ${to}` : what;
  if (armed !== null && armed.when === when && armed.name === name) await hit(armed);
};

/** Lets the store itself say which row was committed: the bot has no test mode to ask. */
const triggers = `
  CREATE FUNCTION say_boundary() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE said text; BEGIN
    IF TG_TABLE_NAME = 'interactions' THEN said := 'interaction received';
    ELSIF TG_TABLE_NAME = 'places' THEN said := 'card placed';
    ELSIF TG_TABLE_NAME = 'requests' THEN said := 'request ' || NEW.state;
    ELSIF NEW.state = 'created' THEN said := 'ledger created';
    ELSIF NEW.attempted THEN said := 'ledger attempted';
    ELSE said := 'ledger creating'; END IF;
    PERFORM pg_notify('boundary', said);
    RETURN NEW;
  END $$;
  CREATE TRIGGER say AFTER INSERT ON interactions FOR EACH ROW EXECUTE FUNCTION say_boundary();
  CREATE TRIGGER say AFTER INSERT OR UPDATE OF state ON requests FOR EACH ROW EXECUTE FUNCTION say_boundary();
  CREATE TRIGGER say AFTER INSERT ON places FOR EACH ROW EXECUTE FUNCTION say_boundary();
  CREATE TRIGGER say AFTER INSERT OR UPDATE ON ledger FOR EACH ROW EXECUTE FUNCTION say_boundary();`;

before(async () => {
  d = await drive({
    people: [...everybody, ...crowd],
    watch,
    env: { SWEEP_SECONDS: '1', LEASE_SECONDS: '2', RETRY_CAP_SECONDS: '2' },
  });
  listener = new pg.Client({ connectionString: d.sandbox.botEnv['DATABASE_URL'] });
  await listener.connect();
  await listener.query(triggers);
  await listener.query('LISTEN boundary');
  listener.on('notification', (n) => {
    if (armed?.when === 'stored' && armed.name === n.payload) void hit(armed);
  });
});
after(async () => {
  await listener.end();
  await d.stop();
});

/** Types or presses as a person does whose bot is away for a moment: again, until it was taken. */
async function insist(what: () => Promise<unknown>): Promise<void> {
  for (let i = 0; ; i += 1) {
    try {
      await what();
      return;
    } catch (error) {
      if (i > 100) throw error;
      await pause(200);
    }
  }
}

async function oneRequest(person: SandboxPerson): Promise<void> {
  await insist(() => d.command(person.key, '/crdb-access request analytics'));
  const pending = async () => (await d.store('SELECT id, state FROM requests WHERE requester_oid = $1', [person.oid]))[0];
  for (let i = 0; (await pending()) === undefined; i += 1) {
    if (i > 0 && i % 25 === 0) await insist(() => d.command(person.key, '/crdb-access request analytics'));
    assert.ok(i < 400, `${person.key}: nothing was filed`);
    await pause(100);
  }
  for (let i = 0; (await pending())?.['state'] === 'pending'; i += 1) {
    const card = await d.card('bob', person.name, 60);
    await insist(() => d.press('bob', card.id, 'Approve'));
    for (let j = 0; j < 30 && (await pending())?.['state'] === 'pending'; j += 1) await pause(100);
    assert.ok(i < 20, `${person.key}: the click was lost`);
  }
}

test(`killed at each of ${boundaries.length} boundaries and with the queue flushed, each of ${count} requests ends granted`, async () => {
  const waves = boundaries.map((boundary, b) => ({ boundary, wave: crowd.filter((_, i) => i % boundaries.length === b) }));
  for (const { boundary, wave } of waves) {
    // The settings are written once and current from then on: somebody takes the keys away, so that they have to be written again.
    if (boundary.name === 'SET CLUSTER SETTING')
      await d.root(`SET CLUSTER SETTING server.jwt_authentication.jwks = '{"keys":[]}'`);
    armed = boundary;
    await Promise.all(wave.map(oneRequest));
    for (let i = 0; armed !== null && i < 200; i += 1) await pause(50);
  }
  assert.deepEqual(hits.sort(), boundaries.map((b) => `${b.when} ${b.name}`).sort(), 'a boundary was never reached');
  for (let i = 0; i < 600; i += 1) {
    const left = await d.store("SELECT id FROM requests WHERE state <> 'granted' OR due IS NOT NULL");
    if (left.length === 0) break;
    await pause(100);
  }
  assert.deepEqual(await d.store('SELECT state, count(*)::int AS n FROM requests GROUP BY state'), [
    { state: 'granted', n: count },
  ]);
});

test('no grant is missing or doubled, and no request was decided twice', async () => {
  const members = (await d.root('SHOW GRANTS ON ROLE analytics_reader')).map((row) => String(row['member']));
  for (const person of crowd) assert.equal(members.filter((m) => m === person.key).length, 1, person.key);
  assert.deepEqual(await d.store('SELECT count(*)::int AS n FROM decisions'), [{ n: count }]);
  assert.deepEqual(
    await d.store("SELECT request_id FROM audit WHERE event IN ('request.provisioned') GROUP BY request_id HAVING count(*) > 1"),
    [],
  );
});

test('nobody has two direct messages about one request, and everybody has theirs', async () => {
  for (const person of crowd) {
    const direct = (await d.inbox(person.key)).filter((m) => !m.ephemeral && m.code.some((c) => c.includes('PGPASSWORD=')));
    assert.equal(direct.length, 1, `${person.key} has ${direct.length}`);
  }
});

test('the approvers see one card for each request, decided and without buttons', async () => {
  for (let i = 0; i < 100 && (await d.inbox('bob')).some((m) => !m.ephemeral && m.buttons.length > 0); i += 1) await pause(200);
  const cards = (await d.inbox('bob')).filter((m) => !m.ephemeral && m.text.includes('asks for'));
  for (const person of crowd) {
    const own = cards.filter((m) => m.text.includes(person.name));
    assert.equal(own.length, 1, `${person.key}: ${own.length} cards`);
    assert.match(own[0]?.text ?? '', /Granted/);
    assert.deepEqual(own[0]?.buttons, []);
  }
});

test('a login of somebody whose request was killed halfway works', async () => {
  const run = await d.shell('p003', await d.bash('p003'), 'SELECT current_user;');
  assert.match(run.out, /^p003$/m, run.err);
});

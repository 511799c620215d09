/** Ctrl-C stops everything within 8 seconds, whatever hangs, and leaves nothing running. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, test } from 'node:test';
import pg from 'pg';
import {
  answers,
  checkout,
  collect,
  endOf,
  family,
  mainJob,
  portsOf,
  type Program,
  remove,
  run,
  scratch,
  startProgram,
  stillRunning,
  until,
} from './program-rig.ts';

/** One folder for all: each case starts where the one before left off. */
const dir = scratch();
after(() => remove(dir));

const request = (as: string, entitlement: string) => ({ as, platform: 'slack', text: `/crdb-access request ${entitlement}` });

/** Ends it with a signal, and sees that it was in time and that no process and no listener stayed. */
async function endsCleanly(program: Program, signal: NodeJS.Signals): Promise<void> {
  const before = family(program.pid);
  const ports = portsOf(program);
  assert.ok(before.length > 10 && ports.length === 6, 'the sandbox, two PostgreSQLs with their workers, the bot');
  const ended = await program.end(signal);
  assert.ok(ended.ms < 8000, `took ${ended.ms} ms`);
  assert.deepEqual([ended.code, ended.signal], [0, null], program.err());
  await until(
    () => stillRunning(before).length === 0,
    1500,
    () => JSON.stringify(stillRunning(before)),
  );
  for (const port of ports) assert.equal(await answers(port), false, `port ${port}`);
}

async function asRoot(program: Program): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: program.facts().cockroach.adminUrl });
  client.on('error', () => undefined); // it is cut off when the sandbox stops
  await client.connect();
  return client;
}

/** Waits until the bot is in the middle of a statement like this. */
async function isAt(program: Program, statement: RegExp): Promise<void> {
  const looking = await asRoot(program);
  const running = async (): Promise<string> => {
    const { rows } = await looking.query('SHOW SESSIONS');
    return (rows as { user_name: string; active_queries: string }[])
      .map((row) => `${row.user_name}: ${row.active_queries}`)
      .join(' ');
  };
  await until(async () => statement.test(await running()), 20_000);
  await looking.end();
}

/** What hangs when it is stopped. */
const cases: { readonly [hanging: string]: (program: Program) => Promise<unknown> } = {
  'the bot is stopped with SIGSTOP': async (program) => process.kill(program.facts().bot.pid, 'SIGSTOP'),
  'Graph is slow, and a request waits for it': async (program) => {
    await program.post('chaos', { target: 'graph', fault: 'slow' });
    await program.post('command', request('carol', 'billing'));
  },
  'CockroachDB is slow, and a grant is under way': async (program) => {
    await program.post('chaos', { target: 'cockroach', fault: 'slow' });
    await program.post('command', request('carol', 'reporting'));
    await new Promise((go) => setTimeout(go, 1500));
  },
  'CockroachDB hangs, and a grant is under way': async (program) => {
    await program.post('chaos', { target: 'cockroach', fault: 'hang' });
    await program.post('command', request('carol', 'reporting'));
    await new Promise((go) => setTimeout(go, 1500));
  },
  'a GRANT is blocked by an open transaction': async (program) => {
    const holder = await asRoot(program);
    await holder.query('BEGIN');
    await holder.query('SELECT 1');
    await program.post('command', request('alice', 'reporting'));
    await isAt(program, /crdb_access: \S*(CREATE USER|GRANT)/);
  },
  'the queue hangs': (program) => program.post('chaos', { target: 'queue', fault: 'down' }),
};

for (const [hanging, begin] of Object.entries(cases)) {
  test(`Ctrl-C stops everything within 8 seconds while ${hanging}`, async () => {
    const program = await startProgram({ dir });
    try {
      await begin(program);
      await endsCleanly(program, 'SIGINT');
    } finally {
      await program.end('SIGKILL');
    }
  });
}

for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} stops everything as Ctrl-C does`, async () => {
    await endsCleanly(await startProgram({ dir }), signal);
  });
}

test('Ctrl-C while it is still starting leaves nothing running', async () => {
  const child = run(['--port', '0', '--data', dir]);
  const [out, err] = [collect(child.stdout), collect(child.stderr)];
  const ended = endOf(child);
  await until(() => err().includes('cockroach is up'), 60_000, err);
  const before = family(child.pid ?? 0);
  const asked = performance.now();
  process.kill(-(child.pid ?? 0), 'SIGINT');
  assert.equal((await ended).code, 0, err());
  assert.ok(performance.now() - asked < 8000);
  await until(
    () => stillRunning(before).length === 0,
    1500,
    () => JSON.stringify(stillRunning(before)),
  );
  assert.equal(out(), '');
});

test('SIGTERM to `npm run sandbox` alone, as another program sends it, stops everything too', async () => {
  const npm = spawn('npm', ['run', '-s', 'sandbox', '--', '--port', '0', '--data', dir], {
    cwd: checkout,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = [collect(npm.stdout), collect(npm.stderr)];
  await until(() => out().startsWith('sandbox ready '), 60_000, err);
  const before = family(npm.pid ?? 0);
  npm.kill('SIGTERM');
  try {
    await until(
      () => stillRunning(before).length === 0,
      8000,
      () => JSON.stringify(stillRunning(before)),
    );
  } finally {
    for (const { pid } of stillRunning(before)) process.kill(pid, 'SIGTERM');
  }
});

test('a sandbox whose folder was taken away still stops in order', async () => {
  const gone = scratch();
  const program = await startProgram({ dir: gone });
  const before = family(program.pid);
  remove(gone);
  assert.equal((await program.end()).code, 0, program.err());
  await until(
    () => stillRunning(before).length === 0,
    1500,
    () => JSON.stringify(stillRunning(before)),
  );
});

test('after kill -9 the bot and both PostgreSQLs end, and a new start on the same folder does the main job', async () => {
  const program = await startProgram({ dir });
  const before = family(program.pid);
  assert.equal((await program.end('SIGKILL')).signal, 'SIGKILL');
  await until(
    () => stillRunning(before).length === 0,
    15_000,
    () => JSON.stringify(stillRunning(before)),
  );
  const again = await startProgram({ dir });
  assert.match(await mainJob(again), /^alice$/m);
  await endsCleanly(again, 'SIGINT');
});

test('a bot that hangs when the sandbox is killed is ended by the next start, which keeps all addresses', async () => {
  const program = await startProgram({ dir });
  const { page, bot } = program.facts();
  process.kill(bot.pid, 'SIGSTOP');
  await program.end('SIGKILL');
  const again = await startProgram({ dir });
  assert.throws(() => process.kill(bot.pid, 0), { code: 'ESRCH' });
  assert.deepEqual([again.facts().page, again.facts().bot.slackUrl], [page, bot.slackUrl]);
  await endsCleanly(again, 'SIGINT');
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openLinter } from '../../src/adapters/linter/linter.ts';
import { openThread, type Thread } from '../../src/adapters/linter/thread.ts';
import { Fault } from '../../src/core/errors.ts';
import { worstLines } from '../../src/core/identity/lint/worst.ts';
import type { MapQuestion } from '../../src/core/ports.ts';
import { facts, issuer } from '../corpus/identity-maps/entry.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const written = new URL('../fakes/linter-program.mjs', import.meta.url);
/** A machine that others keep busy begins a thread slowly. */
const patient = 30;

/** Many classes that RE2 has to keep apart: of the maps that mean harm, the one that costs most for its length. */
const classes = Array.from({ length: 300 }, (_, n) => `[^\\x{${(n + 300).toString(16)}}]?`).join('');
const dear: MapQuestion = { map: `${issuer} /(${classes})@contoso.com \\1`, facts, except: [], most: 6 };
const simple: MapQuestion = { map: `${issuer} /(.*)@contoso.com \\1`, facts, except: [], most: 6 };

function linter(t: TestContext, o: Parameters<typeof openLinter>[0] = {}) {
  const it = openLinter({ seconds: patient, program: written, ...o });
  t.after(() => it.close());
  return it;
}

/** A program that does this with each `text`. */
function programOf(says: string): URL {
  const text = `import { existsSync } from 'node:fs'; import { parentPort } from 'node:worker_threads'; let n = 0;
    parentPort.on('message', (text) => { ${says} });`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

function thread(t: TestContext, says: string, seconds = patient): Thread {
  const it = openThread({ program: programOf(says), what: 'reading the map', seconds });
  t.after(() => it.close());
  return it;
}
const echo = `if (text === 'hang') for (;;); if (text === 'crash') throw new TypeError(text); if (text === 'end') process.exit(3);
  parentPort.postMessage(text + ' ' + ++n);`;

const fault = (says: RegExp) => (error: unknown) =>
  error instanceof Fault && error.code === 'not_yet' && error.retry === 'later' && says.test(error.message);

/** The longest that a timer of 10 ms waited for its turn while `work` went on, and how long that was: milliseconds. */
async function heldUp(work: () => Promise<unknown>): Promise<{ readonly longest: number; readonly whole: number }> {
  let [longest, last] = [0, performance.now()];
  const begun = last;
  const timer = setInterval(() => {
    const now = performance.now();
    [longest, last] = [Math.max(longest, now - last), now];
  }, 10);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  const end = performance.now();
  return { longest: Math.max(longest, end - last), whole: end - begun };
}

suite('the lint in its thread', () => {
  test('says what the core says', async (t) => {
    assert.deepEqual(await linter(t).lint(simple), worstLines(simple));
  });

  test('runs as it was built when nothing else is said', async (t) => {
    const it = openLinter();
    t.after(() => it.close());
    assert.deepEqual(await it.lint(simple), worstLines(simple));
  });

  test('lets everything else go on while a map is dear to read', async (t) => {
    const it = linter(t);
    await it.lint(simple);
    const { longest, whole } = await heldUp(() => it.lint(dear));
    t.diagnostic(`${whole.toFixed(0)} ms, a timer waited ${longest.toFixed(0)} ms at the most`);
    assert.ok(whole > 150, `${whole} ms: not dear`);
    assert.ok(longest < whole / 2, `held up for ${longest} of ${whole} ms`);
  });

  test('remembers what it was asked, and is asked once by two who ask at once', async (t) => {
    const it = linter(t);
    const [one, two] = await Promise.all([it.lint(dear), it.lint(dear)]);
    assert.deepEqual(one, two);
    const { whole } = await heldUp(() => it.lint(dear));
    assert.ok(whole < 100, `${whole} ms for what is known`);
  });

  test('says what took too long, and asks anew when the same is asked again', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'linter-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const quick = join(folder, 'quick');
    const program = programOf(
      `if (!existsSync(${JSON.stringify(quick)})) for (;;); parentPort.postMessage('{"lines":[],"more":null}');`,
    );
    const it = linter(t, { seconds: 2, program });
    await assert.rejects(it.lint(dear), fault(/^reading the map took longer than 2 s$/));
    writeFileSync(quick, '');
    assert.deepEqual(await it.lint(dear), { lines: [], more: null });
  });

  test('keeps no process alive', () => {
    const script = `import { openLinter } from './src/adapters/linter/linter.ts';
      const { lines } = await openLinter({ seconds: ${patient}, program: new URL(${JSON.stringify(written.href)}) }).lint(${JSON.stringify(simple)});
      console.log(lines.length);`;
    const run = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.deepEqual([run.status, run.stdout], [0, '1\n'], run.stderr);
  });
});

suite('a thread', () => {
  test('takes questions in turn, and the deadline is the turn’s own', async (t) => {
    const it = thread(t, `const until = Date.now() + 300; while (Date.now() < until); ${echo}`, 1.2);
    await it.ask('first');
    const asked = ['a', 'b', 'c', 'd', 'e'].map((text) => it.ask(text));
    assert.deepEqual(await Promise.all(asked), ['a 2', 'b 3', 'c 4', 'd 5', 'e 6']);
  });

  test('that takes too long is ended, and the next question has a new one', async (t) => {
    const it = thread(t, echo, 2);
    assert.equal(await it.ask('a'), 'a 1');
    const [hung, next] = [it.ask('hang'), it.ask('b')];
    await assert.rejects(hung, fault(/^reading the map took longer than 2 s$/));
    assert.equal(await next, 'b 1');
  });

  test('that breaks off is said by its kind alone, and the next question has a new one', async (t) => {
    const it = thread(t, echo);
    await assert.rejects(it.ask('crash'), fault(/^reading the map was broken off \(TypeError\)$/));
    await assert.rejects(it.ask('end'), fault(/^reading the map was broken off \(it was ended\)$/));
    assert.equal(await it.ask('b'), 'b 1');
  });

  test('that grows without end is ended alone', async (t) => {
    const it = thread(t, `const all = []; for (;;) all.push(new Array(1000).fill(text + n++));`);
    await assert.rejects(it.ask('a'), fault(/broken off \(ERR_WORKER_OUT_OF_MEMORY\)$/));
  });

  test('is told nothing of the environment', async (t) => {
    assert.equal(await thread(t, 'parentPort.postMessage(Object.keys(process.env).join())').ask(''), '');
  });

  test('that is closed ends what it is at, and answers nobody any more', async (t) => {
    const it = thread(t, echo);
    await it.ask('a');
    const hung = assert.rejects(it.ask('hang'), fault(/broken off/));
    await new Promise((go) => setTimeout(go, 50));
    await it.close();
    await hung;
    await assert.rejects(it.ask('b'), fault(/the bot is stopping/));
    await it.close();
  });
});

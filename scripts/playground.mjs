// `npm run playground`: the sandbox's bot in Microsoft's Agents Playground, a second opinion on what Teams makes of it (docs/teams.md).
//   --as KEY     who speaks there, one of the sandbox's people; alice
//   --data DIR   where the sandbox keeps everything; .playground
//   --port N     the Playground's, if it is free; 56150
//   --bot URL    against this bot (…/api/messages), which runs already, and without a sandbox
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { people, tenantId } from '../dist/sandbox/people.js';
import { endWithUs } from '../dist/sandbox/postgres/guard.js';
import { startSandbox } from '../dist/sandbox/sandbox.js';

/** Pinned: it is fetched by npx and no dependency, because its licence is Microsoft's own and only development wants it. */
const playground = '@microsoft/m365agentsplayground@0.2.28';
const secondsToStart = 120;
const millisecondsToStop = 8000;
/** Beside the sandbox's own environment. Its policy asks in Slack alone: the Playground has no channel that a policy could name. */
const anonymous = { TEAMS_DEVELOPMENT_ANONYMOUS: 'on' };

const o = options();
const who = people.find(({ key }) => key === o.as);
if (who === undefined) end(2, `--as: nobody is called "${o.as}"; write one of ${people.map(({ key }) => key).join(', ')}`);
const dir = resolve(process.env.INIT_CWD ?? '.', o.data);
const stop = new AbortController();
let starting;
let child;

say(`The Playground listens on ALL interfaces of this machine and asks nobody who they are: whoever reaches it
speaks to the bot as ${who.name}. Use it on a machine that nobody else reaches, or behind a firewall.`);
if (o.bot !== undefined)
  say(`It sends no tokens, so the bot at ${o.bot} has to run with TEAMS_DEVELOPMENT_ANONYMOUS=on and HOST=127.0.0.1;
any process of this machine is then anybody to it.`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void leave(0));
try {
  if (o.bot === undefined)
    starting = startSandbox({ port: 0, dir, log: say, signal: stop.signal, platforms: ['slack'], env: anonymous });
  const sandbox = await starting;
  const address = await startPlayground(o.bot ?? sandbox.facts.bot.teamsUrl);
  console.log(`playground ready ${address}`);
  if (sandbox !== undefined)
    say(`Be ${who.name} there: help, request analytics. Be Bob and approve on the sandbox's page: ${sandbox.facts.page}`);
} catch (error) {
  if (!stop.signal.aborted) say(error.message);
  await leave(1);
}

/** @returns its address */
async function startPlayground(bot) {
  const home = join(dir, 'playground');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, '.m365agentsplayground.yml'), stringify(world()));
  const args = ['start', '-e', bot, '-c', 'msteams', '-p', String(o.port), '--disable-telemetry'];
  // A group of its own: npx starts a shell that starts the program.
  child = spawn('npx', ['--yes', playground, ...args], { cwd: home, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said = `${said}${data}`.slice(-4000)));
  const letGo = child.pid === undefined ? () => undefined : endWithUs(-child.pid);
  let ended = false;
  child.once('close', letGo);
  child.once('error', (error) => (said += error.message)).once('close', () => (ended = true));
  for (let tries = secondsToStart * 4; tries > 0 && !ended; tries--) {
    await wait(250);
    // It takes another port where this one is taken, and it listens first and reads its configuration then.
    const port = /Listening on (\d+)/.exec(said)?.[1];
    const answer = port && (await fetch(`http://127.0.0.1:${port}/_internal/v1/config`).catch(() => null));
    if (answer?.ok && !ended) {
      child.once('close', () => void leave(1));
      return `http://localhost:${port}/`;
    }
  }
  throw new Error(
    `the Playground ${ended ? 'ended' : 'did not answer'}:\n${said.trim()}\n${errorsIn(join(home, 'devTools/m365agentsplayground.log'))}`,
  );
}

/** What it found wrong; it says that in a file alone. */
function errorsIn(log) {
  try {
    return readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('error '))
      .slice(-5)
      .join('\n');
  } catch {
    return `there is no ${log}`;
  }
}

/** Who and what is in the Playground: the sandbox's people, so that the bot finds them in the sandbox's directory. */
function world() {
  const user = ({ name, upn, oid, mail }) => ({
    id: `29:${oid}`,
    name,
    userPrincipleName: upn, // as the Playground spells it
    aadObjectId: oid,
    givenName: name.split(' ')[0],
    surname: name.split(' ').slice(1).join(' '),
    email: mail,
  });
  return {
    version: '0.1.1',
    tenantId,
    bot: { id: '28:crdb-access', name: 'crdb-access' },
    currentUser: user(who),
    users: people
      .filter((person) => person !== who)
      .slice(0, 5)
      .map(user), // it takes no more
    personalChat: { id: 'a:playground' },
    groupChat: { id: '19:playground@thread.v2', name: 'A group chat' },
    // A team's id is its General channel's.
    team: { id: '19:playground@thread.tacv2', name: 'Contoso', aadGroupId: '00000000-0000-4000-8000-000000000001', channels: [] },
  };
}

function options() {
  try {
    const text = { type: 'string' };
    const { values } = parseArgs({ options: { as: text, data: text, port: text, bot: text } });
    const { as = 'alice', data = '.playground', port = '56150', bot } = values;
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) throw new Error(`--port: "${port}" is no port`);
    if (bot !== undefined && !/^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?\/api\/messages$/.test(bot))
      throw new Error('--bot: write the address of a bot on this machine, like http://127.0.0.1:3000/api/messages');
    if (data === '') throw new Error('--data: write the path of a folder');
    return { as, data, port: Number(port), bot };
  } catch (error) {
    return end(2, `${error.message}\n\nnpm run playground -- [--as KEY] [--data DIR] [--port N] [--bot URL]`);
  }
}

/** Ends what was started, in order; a terminal is given back whatever hangs. */
async function leave(code) {
  if (stop.signal.aborted) return;
  stop.abort();
  setTimeout(() => process.exit(1), millisecondsToStop).unref();
  try {
    if (child?.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
  } catch {
    // It ended before.
  }
  await starting?.then((sandbox) => sandbox.stop()).catch(() => undefined);
  process.exit(code);
}

function say(line) {
  console.error(line);
}

function end(code, line) {
  say(line);
  process.exit(code);
}

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { playedUnlessTold, readVersion } from './cockroach/version.ts';
import { startSandbox } from './sandbox.ts';

const usage = `npm run sandbox -- [--port N] [--data DIR] [--socket-mode] [--cockroach-version V]

Starts stand-ins for Slack, Microsoft Teams, Entra ID and CockroachDB, and the real bot beside them.
  --port N     port of the page (default 4280; 0: the last one in DIR, or any)
  --data DIR   where everything is kept (default .sandbox)
  --socket-mode
               the bot opens WebSockets to Slack instead of being called over HTTP
  --cockroach-version V
               which CockroachDB is played (default ${playedUnlessTold}; v23.1 and later: docs/versions.md)`;

/** A little less than the 8 seconds that Ctrl-C may take. */
const stopWithin = 7800;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

const saying = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `npm run` starts scripts in the project's folder, while a relative DIR is meant from where the command was typed. */
function from(): string {
  const typedIn = process.env['npm_lifecycle_event'] === 'sandbox' ? process.env['INIT_CWD'] : undefined;
  return typedIn ?? '.';
}

function readCockroachVersion(text: string): string {
  try {
    return readVersion(text);
  } catch (error) {
    throw new Error(`--cockroach-version: ${saying(error)}`);
  }
}

function readArguments(): { port: number; dir: string; socketMode: boolean; version: string } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '4280' },
        data: { type: 'string', default: '.sandbox' },
        'socket-mode': { type: 'boolean', default: false },
        'cockroach-version': { type: 'string', default: playedUnlessTold },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535)
      throw new Error(`--port: "${values.port}" is no port; write a number from 0 to 65535`);
    if (values.data === '') throw new Error('--data: write the path of a folder');
    return {
      port: Number(values.port),
      dir: resolve(from(), values.data),
      socketMode: values['socket-mode'],
      version: readCockroachVersion(values['cockroach-version']),
    };
  } catch (error) {
    say(`${saying(error)}\n\n${usage}`);
    process.exit(2);
  }
}

// Who read the address and closed the pipe, or the terminal that went away, must not take the sandbox down halfway.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const stop = new AbortController();
/** Somebody watches: what a deployment does every two minutes, or every hour, is seen within seconds. */
const env = { CHECK_SECONDS: '20', KEY_WATCH_SECONDS: '10' };
const running = startSandbox({ ...readArguments(), env, log: say, signal: stop.signal });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) return;
    say('stopping');
    stop.abort();
    // Whatever hangs, a terminal that was asked to stop is given back. What runs apart ends with this process (postgres/guard.ts).
    setTimeout(() => process.exit(1), stopWithin).unref();
    void running
      .then((sandbox) => sandbox.stop())
      .catch(() => undefined)
      .finally(() => process.exit(0));
  });
}

running.then(
  (sandbox) => {
    if (!stop.signal.aborted) process.stdout.write(`sandbox ready ${sandbox.facts.page}\n`);
  },
  (error: unknown) => {
    if (stop.signal.aborted) return;
    say(`the sandbox could not start: ${saying(error)}`);
    process.exit(1);
  },
);

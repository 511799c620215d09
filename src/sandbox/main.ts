import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox } from './sandbox.ts';

const usage = `npm run sandbox -- [--port N] [--data DIR]

Starts stand-ins for Slack, Entra ID and CockroachDB, and the real bot beside them.
  --port N     port of the page (default 4280; 0: any)
  --data DIR   where everything is kept (default .sandbox)`;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function readArguments(): { port: number; dir: string } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '4280' },
        data: { type: 'string', default: '.sandbox' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new Error(`--port: "${values.port}" is no port; write a number from 0 to 65535`);
    // npm runs scripts from the project's folder; a relative DIR is meant from where the command was typed.
    return { port, dir: resolve(process.env['INIT_CWD'] ?? '.', values.data) };
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}

const args = readArguments();
const running = startSandbox({ ...args, log: say });

let leaving = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (leaving) return;
    leaving = true;
    // Whatever hangs, a terminal that was asked to stop is given back.
    setTimeout(() => process.exit(1), 7800).unref();
    void running
      .then((sandbox) => sandbox.stop())
      .catch(() => undefined)
      .finally(() => process.exit(0));
  });
}

running.then(
  (sandbox) => process.stdout.write(`sandbox ready ${sandbox.facts.page}\n`),
  (error: unknown) => {
    say(`the sandbox could not start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);

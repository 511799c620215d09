/** A worker that takes a request and an interaction and never comes back: the contract kills it, or stops it and wakes it again. */

import { openStore } from '../../src/adapters/store/store.ts';

const env = (name: string): string => process.env[name] ?? '';
const say = (line: string) => process.stdout.write(`${line}\n`);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

const store = await openStore({
  url: env('HOLD_URL'),
  log: quiet,
  holder: `child-${process.pid}`,
  leaseSeconds: Number(env('HOLD_SECONDS')),
});
const never = new Promise<void>(() => undefined);

void store.requests.hold(env('HOLD_REQUEST'), (request) => {
  process.on('SIGUSR2', () => {
    const save = store.requests.save({ ...request, state: 'denied', due: null }, { audit: [] });
    void save.then((saved) => say(`its save: ${saved === null ? 'null' : saved.state}`));
  });
  void store.interactions.hold(env('HOLD_INTERACTION'), () => {
    say('holds both');
    return never;
  });
  return never;
});
// Not longer than the test that started it.
process.stdin.resume().on('end', () => process.exit());

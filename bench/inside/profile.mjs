// Loaded into the bot ahead of it by `npm run bench -- --profile DIR`: a CPU profile from its start to its end, for Chrome's DevTools.
// Node's own --cpu-prof may not stand in NODE_OPTIONS.
import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start');
process.on('exit', () => {
  session.post('Profiler.stop', (error, found) => {
    if (error !== null) return;
    mkdirSync(process.env.BENCH_PROFILE_DIR, { recursive: true });
    writeFileSync(join(process.env.BENCH_PROFILE_DIR, `bot-${process.pid}.cpuprofile`), JSON.stringify(found.profile));
  });
});

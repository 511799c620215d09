// Loaded into the bot ahead of it (NODE_OPTIONS=--import) by the rows whose floor is "the same statements": writes down each statement
// to the store and the clusters, and each call over HTTP, as it goes out. The bot itself is the unmodified one. SIGUSR2 ends the
// writing, so that what is timed afterwards is not slowed by it.
import { appendFileSync } from 'node:fs';
import https from 'node:https';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const pg = createRequire(import.meta.url)('pg');
const file = process.env.BENCH_TAPE_FILE;
let last = 0;
let writing = true;
process.on('SIGUSR2', () => {
  writing = false;
});
const note = (line) => {
  if (writing) appendFileSync(file, `${JSON.stringify(line)}\n`);
};

const connections = new WeakMap();
let opened = 0;
const query = pg.Client.prototype.query;
pg.Client.prototype.query = function taped(config, values, ...rest) {
  const { application_name: application, port, database, user } = this.connectionParameters;
  const text = typeof config === 'string' ? config : config?.text;
  // BullMQ's own connections, and its way of asking, are the queue's hop and not on the tape.
  if (!writing || application !== 'crdb-access' || text === undefined) return query.call(this, config, values, ...rest);
  if (!connections.has(this)) connections.set(this, ++opened);
  const n = ++last;
  const given = Array.isArray(values) ? values : (config.values ?? null);
  note({ n, what: 'sql', connection: connections.get(this), port: Number(port), database, user, text, values: given });
  const end = (failed) => note({ ended: n, failed });
  const args = [config, values, ...rest];
  const at = args.findLastIndex((arg) => typeof arg === 'function');
  if (at >= 0) {
    const told = args[at];
    args[at] = (error, ...more) => {
      end(Boolean(error));
      return told(error, ...more);
    };
  }
  const result = query.apply(this, args);
  if (at < 0 && typeof result?.then === 'function')
    result.then(
      () => end(false),
      () => end(true),
    );
  return result;
};

const send = globalThis.fetch;
globalThis.fetch = async function taped(input, init) {
  if (!writing) return await send(input, init);
  const url = String(input?.url ?? input);
  const given = init?.body;
  // Forms and JSON: the bot sends nothing else.
  const body = given instanceof URLSearchParams ? given.toString() : typeof given === 'string' ? given : null;
  const headers = Object.fromEntries(new Headers(init?.headers).entries());
  note({ n: ++last, what: 'http', method: init?.method ?? 'GET', url, headers, body });
  return await send(input, init);
};

// The connector of Teams does not use fetch: options, then one body at the end.
const request = https.request;
https.request = function taped(options, ...rest) {
  const sent = request.call(this, options, ...rest);
  if (typeof options?.hostname !== 'string') return sent;
  const { hostname, port, path, method = 'GET', headers } = options;
  const end = sent.end;
  sent.end = function ended(body, ...more) {
    const url = `https://${hostname}${port ? `:${port}` : ''}${path ?? '/'}`;
    const kept = Object.fromEntries(new Headers(headers).entries());
    const text = typeof body === 'function' || body === undefined ? null : String(body);
    note({ n: ++last, what: 'http', method, url, headers: kept, body: text });
    return end.call(this, body, ...more);
  };
  return sent;
};
syncBuiltinESMExports();

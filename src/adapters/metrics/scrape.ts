import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Jobs, Requests, Watch } from '../../core/ports.ts';
import { passing } from './catalogue.ts';
import type { Series } from './series.ts';
import { readWatch, showWatch } from './watch.ts';

/** Prometheus gives a scrape up after 10 s by default (docs, `scrape_timeout`); an operator may have set it lower. */
const patienceMillis = 1_500;

/**
 * Answers `GET /metrics`. What store and queue say is read now; one that does not answer in time is left out and counted, and the
 * rest is shown. A read that hangs is not begun again beside itself.
 */
export function scrape(o: {
  readonly series: Series;
  readonly requests: Pick<Requests, 'inState'>;
  readonly jobs: Pick<Jobs, 'depth'>;
  readonly watch: Pick<Watch, 'paused' | 'seen' | 'issuer'>;
  readonly clusters: readonly string[];
}): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { series } = o;
  const states = once(() => o.requests.inState());
  const depth = once(() => o.jobs.depth());
  const watch = once(() => readWatch(o.watch, o.clusters));

  async function gauges(): Promise<void> {
    const [inState, jobs, watched] = await Promise.all([inTime(states()), inTime(depth()), inTime(watch())]);
    series.show('crdb_access_requests', inState && passing.map((state) => [{ state }, inState.get(state) ?? 0]));
    series.show('crdb_access_queue_jobs', jobs === null ? null : [[{}, jobs]]);
    showWatch(series, watched);
    if (watched === null) series.add('crdb_access_scrape_misses_total', { of: 'watch' });
    if (inState === null) series.add('crdb_access_scrape_misses_total', { of: 'requests' });
    if (jobs === null) series.add('crdb_access_scrape_misses_total', { of: 'queue' });
  }

  return async (_, res) => {
    await gauges();
    const text = await series.registry.metrics();
    res.writeHead(200, { 'content-type': series.registry.contentType, 'cache-control': 'no-store' });
    res.end(text);
  };
}

/** The read under way, or a new one. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= read().finally(() => {
      running = null;
    });
    return running;
  };
}

/** Null: it failed, or is late. */
async function inTime<T>(reading: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((go) => {
    timer = setTimeout(go, patienceMillis, null);
  });
  try {
    return await Promise.race([reading, late]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

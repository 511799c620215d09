/** A Redis for a test: `redis-server` where it is installed, else one in JavaScript in this process; the client's side is the same. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createRedisServer } from 'js-redis-server';
import { layWire, type Wire } from './wire.ts';

export interface TestRedis {
  /** Where clients connect to: over the wire. */
  readonly url: string;
  readonly wire: Wire;
  /** The process id of `redis-server`; null for the one in JavaScript. */
  pid(): number | null;
  /** Asks it directly, past the wire. */
  ask(command: string, ...args: readonly string[]): Promise<unknown>;
  /** Stops it, loses all that it holds, and starts it again on the same port. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

interface Running {
  readonly pid: number | null;
  stop(): Promise<void>;
}

const installed = spawnSync('redis-server', ['--version']).status === 0;

// Where a real one was installed for these tests, a run on the other one is a failure, not a fallback.
if (process.env['REDIS_SERVER'] === 'required' && !installed)
  throw new Error('REDIS_SERVER=required, but redis-server is not on PATH');

export const redisName = installed ? 'redis-server' : 'a Redis in JavaScript';

export async function startRedis(): Promise<TestRedis> {
  const port = await freePort();
  const start = installed ? startReal : startInProcess;
  let running = await start(port);
  const wire = await layWire(port);
  return {
    url: `redis://127.0.0.1:${wire.port}`,
    wire,
    pid: () => running.pid,
    async ask(command, ...args) {
      const client = new Redis({ port });
      try {
        return await client.call(command, ...args);
      } finally {
        client.disconnect();
      }
    },
    async restart(meanwhile) {
      // The one in JavaScript waits for its clients to leave.
      wire.set('down');
      await running.stop();
      await meanwhile?.();
      running = await start(port);
      wire.set('up');
    },
    async stop() {
      await wire.close();
      await running.stop();
    },
  };
}

async function startReal(port: number): Promise<Running> {
  const dir = mkdtempSync(join(tmpdir(), 'crdb-access-redis-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const gone = once(child, 'exit');
  // A test process that ends without its clean-up must not leave a server behind.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  const probe = new Redis({ port, retryStrategy: () => 50, maxRetriesPerRequest: null });
  probe.on('error', () => undefined);
  await Promise.race([
    probe.ping(),
    gone.then(([code]) => {
      throw new Error(`redis-server ended with ${String(code)} instead of answering on port ${port}`);
    }),
  ]).finally(() => probe.disconnect());
  return {
    pid: child.pid ?? null,
    async stop() {
      child.kill('SIGTERM');
      await gone;
      process.off('exit', end);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function startInProcess(port: number): Promise<Running> {
  const server = await createRedisServer({ port });
  return { pid: null, stop: () => server.close() };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

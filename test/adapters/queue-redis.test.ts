import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';
import { createRedisServer } from 'js-redis-server';
import { type JobsGround, jobsContract } from '../contracts/jobs.ts';
import { layWire } from '../contracts/wire.ts';

interface RunningRedis {
  stop(): Promise<void>;
}

/** A real one where it is installed, else one in JavaScript in this process: the client's side is the same. */
const real = spawnSync('redis-server', ['--version']).status === 0;

async function startReal(port: number): Promise<RunningRedis> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()];
  const child: ChildProcess = spawn('redis-server', args, { stdio: 'ignore' });
  const probe = new Redis({ port, retryStrategy: () => 50, maxRetriesPerRequest: null });
  probe.on('error', () => undefined);
  await probe.ping();
  probe.disconnect();
  return {
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function startInProcess(port: number): Promise<RunningRedis> {
  const server = await createRedisServer({ port });
  return { stop: () => server.close() };
}

const start = real ? startReal : startInProcess;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function onRedis(): Promise<JobsGround> {
  const port = await freePort();
  let redis = await start(port);
  const wire = await layWire(port);
  return {
    queueUrl: `redis://127.0.0.1:${wire.port}`,
    // Never asked: the queue does not touch the database when it has a Redis.
    databaseUrl: 'postgresql://nobody@127.0.0.1:1/nowhere',
    wire,
    async flush() {
      const client = new Redis({ port });
      await client.flushall();
      client.disconnect();
    },
    async restart() {
      // The one in JavaScript waits for its clients to leave.
      wire.set('down');
      await redis.stop();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      redis = await start(port);
      wire.set('up');
    },
    async close() {
      await wire.close();
      await redis.stop();
    },
  };
}

jobsContract(`BullMQ on ${real ? 'redis-server' : 'a Redis in JavaScript'}`, onRedis);

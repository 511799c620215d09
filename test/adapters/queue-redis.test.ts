import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type JobsGround, jobsContract } from '../contracts/jobs.ts';
import { redisName, startRedis } from '../contracts/redis.ts';

async function onRedis(): Promise<JobsGround> {
  const redis = await startRedis();
  return {
    queueUrl: redis.url,
    // Never asked: the queue does not touch the database when it has a Redis.
    databaseUrl: 'postgresql://nobody@127.0.0.1:1/nowhere',
    wire: redis.wire,
    flush: async () => void (await redis.ask('FLUSHALL')),
    restart: () => redis.restart(() => sleep(1_000)),
    close: () => redis.stop(),
  };
}

test(`the Redis of these tests is what it is called: ${redisName}`, async () => {
  const redis = await startRedis();
  try {
    const info = String(await redis.ask('INFO'));
    const pid = /^process_id:(\d+)\r?$/m.exec(info)?.[1];
    assert.equal(redis.pid() !== null, redisName === 'redis-server');
    if (redis.pid() !== null) assert.equal(Number(pid), redis.pid());
    assert.ok(process.env['REDIS_SERVER'] !== 'required' || redis.pid() !== null, 'a real one was asked for');
  } finally {
    await redis.stop();
  }
});

jobsContract(`BullMQ on ${redisName}`, onRedis);

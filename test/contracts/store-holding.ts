/** The part of the store contract about work that one at a time may do. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../src/core/errors.ts';
import type { AccessRequest } from '../../src/core/request/request.ts';
import { approved, command, inAnHour, longAgo, unique } from './samples.ts';
import { isFault, leaseSeconds, type Stores, sleep, times } from './stores.ts';

/** Due work of requests, and leases. */
export function holdingPart(c: Stores): void {
  describe('holding due work', () => {
    it('lets one of 40 workers in two processes do it', async () => {
      const request = await c.opened();
      const seen: AccessRequest[] = [];
      const held = await times(40, (i) =>
        (i % 2 ? c.a : c.b).requests.hold(request.id, async (r) => {
          seen.push(r);
          await sleep(100);
          assert.ok(await c.a.requests.save({ ...r, due: null }, { audit: [] }));
        }),
      );
      assert.equal(held.filter(Boolean).length, 1);
      assert.equal(seen.length, 1);
      assert.equal(seen[0]?.attempts, 1);
    });

    it('does nothing while nothing is due', async () => {
      const later = await c.opened({ dueAt: inAnHour() });
      const none = await c.opened({ due: null });
      const never = () => assert.fail('nothing was due');
      assert.equal(await c.a.requests.hold(later.id, never), false);
      assert.equal(await c.a.requests.hold(none.id, never), false);
      assert.equal(await c.a.requests.hold('NOSUCH00', never), false);
    });

    it('is renewed for as long as the work takes', async () => {
      const request = await c.opened();
      const long = c.a.requests.hold(request.id, async (r) => {
        await sleep(leaseSeconds * 1000 * 2.2);
        assert.ok(await c.a.requests.save({ ...r, due: null }, { audit: [] }), 'still ours after more than two lives of a lease');
      });
      await sleep(leaseSeconds * 1000 * 1.5);
      assert.equal(await c.b.requests.hold(request.id, () => assert.fail('somebody else has it')), false);
      assert.ok(!(await c.b.requests.dueNow(1000)).includes(request.id));
      assert.equal(await long, true);
    });

    it('lets what the work throws through, after letting go; the work comes again, a little later', async () => {
      const request = await c.opened();
      await assert.rejects(
        c.a.requests.hold(request.id, async () => {
          throw new Fault('directory_unavailable', 'later', 'no answer');
        }),
        isFault('directory_unavailable'),
      );
      assert.ok(!(await c.b.requests.dueNow(1000)).includes(request.id));
      await sleep(1_200);
      assert.ok((await c.b.requests.dueNow(1000)).includes(request.id));
      assert.equal(await c.b.requests.hold(request.id, async (r) => assert.equal(r.attempts, 2)), true);
    });

    it('counts attempts until the work is another', async () => {
      const request = await c.opened();
      await c.a.requests.hold(request.id, async (r) => {
        const saved = await c.a.requests.save(
          { ...r, dueAt: longAgo, waiting: { code: 'x', says: 'x', since: longAgo } },
          { audit: [] },
        );
        assert.equal(saved?.attempts, 1, 'the same work, later: counted on');
      });
      await c.a.requests.hold(request.id, async (r) => {
        assert.equal(r.attempts, 2);
        assert.equal((await c.a.requests.save(approved(r), { audit: [] }))?.attempts, 0, 'other work: from the start');
      });
    });

    it('gives the next work to others while the first worker is still finishing', async () => {
      const request = await c.opened();
      await c.a.requests.hold(request.id, async (r) => {
        assert.ok(await c.a.requests.save(approved(r), { audit: [] }));
        assert.equal(await c.b.requests.hold(request.id, async (next) => assert.equal(next.due, 'provision')), true);
      });
    });

    it('ends with the first worker only what was its own', async () => {
      const request = await c.opened();
      let release = (): void => undefined;
      let inside = Promise.resolve(false);
      await c.a.requests.hold(request.id, async (r) => {
        await c.a.requests.save(approved(r), { audit: [] });
        inside = c.b.requests.hold(request.id, () => new Promise((resolve) => (release = resolve)));
        await sleep(100);
      });
      assert.ok(!(await c.a.requests.dueNow(1000)).includes(request.id), 'the second worker still holds it');
      release();
      assert.equal(await inside, true);
    });

    it('makes the next save fail of a process that stood still while somebody else took over', async () => {
      const request = await c.opened();
      const interaction = await c.a.interactions.receive(command());
      const child = await holdingChild(c.on.url, request.id, interaction.id);
      child.kill('SIGSTOP');
      let held = false;
      for (const until = performance.now() + 8_000; !held && performance.now() < until; await sleep(100)) {
        held = await c.a.requests.hold(request.id, async (r) => assert.equal(r.attempts, 2));
      }
      assert.ok(held, 'taken over');
      child.kill('SIGCONT');
      child.kill('SIGUSR2');
      assert.equal(await nextLine(child), 'its save: null');
      child.kill('SIGKILL');
      await once(child, 'exit');
    });

    it('is taken over from a process that was killed, once its lease has expired', async () => {
      const request = await c.opened();
      const interaction = await c.a.interactions.receive(command());
      const child = await holdingChild(c.on.url, request.id, interaction.id);
      assert.equal(await c.a.requests.hold(request.id, () => assert.fail('the child holds it')), false);
      assert.equal(await c.a.interactions.hold(interaction.id, () => assert.fail('the child holds it')), false);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const takenOver = async (hold: (as: (of: { attempts: number }) => Promise<void>) => Promise<boolean>): Promise<number> => {
        let attempts = 0;
        for (const until = performance.now() + 8_000; attempts === 0 && performance.now() < until; await sleep(100)) {
          await hold(async (of) => {
            attempts = of.attempts;
          });
        }
        return attempts;
      };
      assert.equal(await takenOver((as) => c.a.requests.hold(request.id, as)), 2);
      assert.equal(await takenOver((as) => c.a.interactions.hold(interaction.id, as)), 2);
    });

    it('is listed when due, the oldest first', async () => {
      const second = await c.opened({ dueAt: new Date('2020-01-02T00:00:00Z') });
      const first = await c.opened({ dueAt: new Date('2020-01-01T00:00:00Z') });
      assert.deepEqual(await c.a.requests.dueNow(2), [first.id, second.id]);
    });
  });

  describe('leases', () => {
    it('let one in at a time', async () => {
      const name = unique('lease-');
      let inside = 0;
      let most = 0;
      await times(12, (i) =>
        (i % 2 ? c.a : c.b).leases.with(name, 20, async (stillHeld) => {
          most = Math.max(most, ++inside);
          await sleep(20);
          await stillHeld();
          inside--;
        }),
      );
      assert.equal(most, 1);
    });

    it('say so when somebody else does not let go', async () => {
      const name = unique('lease-');
      await c.a.leases.with(name, 0, async () => {
        await assert.rejects(
          c.b.leases.with(name, 0.3, () => Promise.reject(new Error('came in'))),
          isFault('not_yet'),
        );
      });
      assert.equal(await c.b.leases.with(name, 0, async () => 'in'), 'in');
    });

    it('are had in turn by those of one process, and whoever gives up waiting lets nobody in', async () => {
      const name = unique('lease-');
      const order: number[] = [];
      let inside = 0;
      let most = 0;
      const turn = (i: number, patience: number): Promise<void> =>
        c.a.leases.with(name, patience, async () => {
          most = Math.max(most, ++inside);
          order.push(i);
          await sleep(i === 0 ? 400 : 5);
          inside--;
        });
      const first = turn(0, 20);
      const gaveUp = assert.rejects(turn(1, 0.1), isFault('not_yet'));
      const others = Array.from({ length: 20 }, (_, i) => turn(i + 2, 20));
      await gaveUp;
      await Promise.all([first, ...others]);
      assert.deepEqual(order, [0, ...Array.from({ length: 20 }, (_, i) => i + 2)]);
      assert.equal(most, 1);
    });

    it('come to another process, too, while the line of the first does not end', async () => {
      const name = unique('lease-');
      let isIn = false;
      const lane = async (): Promise<void> => {
        while (!isIn) await c.a.leases.with(name, 20, () => sleep(20));
      };
      const lanes = times(3, lane);
      await c.b.leases.with(name, 15, async () => {
        isIn = true;
      });
      await lanes;
    });

    it('outlast their life while the work runs, and are said to be lost when they are', async () => {
      const name = unique('lease-');
      await c.a.leases.with(name, 0, async (stillHeld) => {
        await sleep(leaseSeconds * 1000 * 1.5);
        await stillHeld();
      });
      const slow = await c.on.open('worker-slow', 0.2);
      await slow.leases.with(name, 0, async (stillHeld) => {
        const wakeAt = performance.now() + 400;
        while (performance.now() < wakeAt);
        await c.b.leases.with(name, 5, async () => {
          await assert.rejects(stillHeld(), isFault('not_yet'));
        });
      });
      await slow.close();
    });

    it('end with what the work throws', async () => {
      const name = unique('lease-');
      await assert.rejects(
        c.a.leases.with(name, 0, async () => {
          throw new Error('inside');
        }),
        /inside/,
      );
      await c.b.leases.with(name, 0, async () => undefined);
    });
  });
}

/** A process that holds a request and an interaction and never lets go. */
async function holdingChild(url: string, requestId: string, interactionId: string): Promise<ChildProcess> {
  const program = fileURLToPath(new URL('./hold-and-hang.ts', import.meta.url));
  const env = {
    ...process.env,
    HOLD_URL: url,
    HOLD_REQUEST: requestId,
    HOLD_INTERACTION: interactionId,
    HOLD_SECONDS: String(leaseSeconds),
  };
  const child = spawn(process.execPath, ['--import', 'tsx', program], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  assert.equal(await nextLine(child), 'holds both');
  return child;
}

/** The next line that a child says. */
async function nextLine(child: ChildProcess): Promise<string> {
  const [chunk] = await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the child ended'))),
  ]);
  return String(chunk).trim();
}

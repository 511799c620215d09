import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openStore, type OpenStore } from '../../src/adapters/store/store.ts';
import { Fault } from '../../src/core/errors.ts';
import type { World } from '../../src/core/ports.ts';
import { workInteraction } from '../../src/core/work/interaction.ts';
import { workRequest } from '../../src/core/work/request.ts';
import { startDatabases, type TestDatabases } from '../contracts/database.ts';
import { unique } from '../contracts/samples.ts';
import { Outside, somePolicy, worldOf } from '../fakes/world.ts';

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const policy = somePolicy();
let databases: TestDatabases;
let store: OpenStore;
before(async () => {
  databases = await startDatabases('audited');
  store = await openStore({ url: await databases.create(), log: quiet, holder: 'one', leaseSeconds: 2 });
  await store.migrate();
});
after(async () => {
  await store?.close();
  await databases?.stop();
});

/** Somebody asks for what needs no approval; gives the request's id. */
async function asks(world: World, o: Outside, key: string): Promise<string> {
  const door = o.person(key);
  const typed = { kind: 'command' as const, key: unique('k'), door, reply: 'r', text: 'request reporting because month end' };
  const { id } = await store.interactions.receive(typed);
  await workInteraction(world, id);
  const [request] = await store.requests.ofPerson(`oid-${key}`, 1);
  assert.ok(request);
  return request.id;
}

describe('the audit of a request', () => {
  it('has who and on what findings, the plan before each change and what was read back after it, each under the policy it was by', async () => {
    const o = new Outside();
    const world = worldOf(store, o, policy);
    const id = await asks(world, o, 'alice');
    await workRequest(world, id);
    const lines = await store.audit.read({ requestId: id });
    const events = lines.map((line) => line.event).filter((event) => event !== 'setting.written');
    assert.deepEqual(events, [
      'request.submit_allowed',
      'setting.plan',
      'setting.read_back',
      'ledger.creating',
      'cluster.plan',
      'ledger.attempted',
      'cluster.create_user',
      'cluster.grant_roles',
      'ledger.created',
      'request.provisioned',
      'request.delivered',
    ]);
    const of = (event: string) => lines.find((line) => line.event === event);
    assert.equal(of('request.submit_allowed')?.actor, 'oid-alice');
    assert.match(JSON.stringify(of('request.submit_allowed')?.details), /holds-eligible.*month end|month end.*holds-eligible/);
    assert.match(String(of('setting.plan')?.details['plan']), /set the cluster setting server\.identity_map\.configuration/);
    assert.match(JSON.stringify(of('setting.read_back')?.details['settings']), /contoso/);
    assert.equal(of('cluster.plan')?.details['plan'], 'create the SQL user alice\ngrant reporting_reader to alice');
    assert.match(JSON.stringify(of('request.provisioned')?.details['readBack']), /"memberOf":\["reporting_reader"\]/);
    for (const event of ['request.submit_allowed', 'setting.plan', 'setting.read_back', 'cluster.plan', 'request.provisioned']) {
      assert.equal(of(event)?.details['policyHash'], policy.hash, event);
    }
    const writes = lines.filter((line) => line.event === 'setting.written');
    assert.ok(writes.length >= 5 && writes.every((line) => 'before' in line.details && 'after' in line.details));
  });

  it('has it of what was taken back, too', async () => {
    const o = new Outside();
    const world = worldOf(store, o, policy);
    const id = await asks(world, o, 'bob');
    o.fail = (what) => {
      if (what !== 'after cluster.grant_roles') return;
      const bob = o.people.get('bob');
      if (bob) o.people.set('bob', { ...bob, enabled: false });
      throw new Fault('cluster_outcome_unknown', 'unknown', 'the connection was lost');
    };
    await workRequest(world, id);
    o.fail = () => undefined;
    const put = await store.requests.get(id);
    assert.ok(put && put.state === 'approved', 'it waits');
    await store.requests.save({ ...put, dueAt: await store.now() }, { audit: [] });
    await workRequest(world, id);
    assert.deepEqual([(await store.requests.get(id))?.state, o.users.get('bob')], ['revoked', []]);
    const lines = await store.audit.read({ requestId: id });
    const from = lines.findIndex((line) => line.event === 'request.give_up');
    assert.match(JSON.stringify(lines[from]?.details['findings']), /is disabled/);
    assert.deepEqual(
      lines.slice(from + 1, from + 4).map((line) => line.event),
      ['cluster.plan', 'cluster.revoke_roles', 'request.deprovisioned'],
    );
    assert.equal(lines[from + 1]?.details['plan'], 'revoke reporting_reader from bob');
    assert.deepEqual(lines[from + 3]?.details['readBack'], { memberOf: [] });
    assert.ok(lines.slice(from, from + 4).every((line) => line.details['policyHash'] === policy.hash));
  });
});

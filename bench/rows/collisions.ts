import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authority } from '../../src/sandbox/certs.ts';
import type { Crowd } from '../../src/sandbox/entra/directory.ts';
import { startEntra } from '../../src/sandbox/entra/start.ts';
import type { Gone, Took } from '../floors/directory.ts';
import { median } from '../harness/figures.ts';
import { inTurns } from '../harness/rounds.ts';
import type { Row, Size } from '../harness/row.ts';
import { startChild } from '../rig/child.ts';

const sizes: { readonly [S in Size]: { readonly people: number; readonly pairs: number; readonly rounds: number } } = {
  full: { people: 100_000, pairs: 500, rounds: 3 },
  quick: { people: 3000, pairs: 15, rounds: 2 },
};

/** Made as they are asked for; the last of them are namesakes of the first, in another domain. */
function crowdOf(people: number, pairs: number): Crowd {
  return {
    size: people,
    user: (n) => {
      const isNamesake = n >= people - pairs;
      const upn = isNamesake ? `person.number.${n - (people - pairs)}@fabrikam.com` : `person.number.${n}@contoso.com`;
      const oid = `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
      return { oid, upn, mail: upn, name: `Person ${n}`, enabled: true, kind: 'member' };
    },
  };
}

/** Two passes over the directory and what is done with each page, against one. */
export const collisions: Row = {
  name: 'collisions',
  what: 'collisions over 100,000 people',
  floor: 'paging through them once',
  reach: '≤ 3 × floor',
  async run(size, say) {
    const { people, pairs, rounds } = sizes[size];
    const dir = mkdtempSync(join(tmpdir(), 'crdb-access-bench-directory-'));
    const ca = await authority(dir, 'entra');
    const crowd = crowdOf(people, pairs);
    const tenant = await startEntra({ dir: join(dir, 'entra'), port: 0, authority: ca, log: () => undefined, people: [], crowd });
    const child = startChild<Gone, Took>(new URL('../floors/directory.ts', import.meta.url), { NODE_EXTRA_CA_CERTS: ca.caFile });
    const { tenantId, clientId, clientSecret, authority: authorityHost, graphUrl: graphBaseUrl } = tenant;
    const ask = (what: Gone['what']): Promise<Took> =>
      child.ask({ what, tenantId, clientId, clientSecret, authorityHost, graphBaseUrl });
    try {
      const warm = await ask('find');
      say(`${warm.users} people, ${warm.groups} collisions`);
      const seen = await inTurns(rounds, { floor: () => ask('page'), subject: () => ask('find') });
      const [found, paged] = [seen.subject, seen.floor].map((all) => median(all.map(({ ms }) => ms))) as [number, number];
      const whole = seen.subject.every(({ users, groups }) => users === people && groups === pairs);
      return {
        bounds: [{ of: 'median', value: found / paged, limit: 3 }],
        conditions: [{ says: `${pairs} pairs found`, holds: whole && seen.floor.every(({ users }) => users === people) }],
        figures: { 'finder median ms': found, 'paging median ms': paged, people },
      };
    } finally {
      await child.stop();
      await tenant.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

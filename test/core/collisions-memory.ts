/** How much memory the finder holds at its fullest, of a few people and of ten times as many; started by the test beside it. */
import { collisions } from '../../src/core/identity/collisions.ts';
import type { DirectoryUser } from '../../src/core/ports.ts';

const { gc } = globalThis;
if (gc === undefined) throw new Error('start it with --expose-gc');

/** Ten pairs collide, whatever the size. */
async function* crowd(size: number): AsyncGenerator<readonly DirectoryUser[]> {
  for (let from = 0; from < size; from += 1000)
    yield Array.from({ length: 1000 }, (_, n) => {
      const at = from + n;
      const upn = at < 10 ? `person.number.${size - 1 - at}@fabrikam.com` : `person.number.${at}@contoso.com`;
      return { oid: `oid-${at}`, upn, displayName: upn, mail: upn, enabled: true, kind: 'member' };
    });
}

async function measured(size: number): Promise<{ groups: number; megabytes: number }> {
  let most = 0;
  const { groups } = await collisions(
    () => crowd(size),
    new Set(),
    (users) => {
      if (users % (size / 4) !== 0) return;
      gc?.();
      const { heapUsed, external } = process.memoryUsage();
      most = Math.max(most, heapUsed + external);
    },
  );
  return { groups: groups.length, megabytes: most / 2 ** 20 };
}

await measured(20_000);
const few = await measured(20_000);
const many = await measured(200_000);
process.stdout.write(JSON.stringify({ few, many }));

/** Paging through the directory and nothing else, and the collision finder over the same pages: each as the bot asks Graph. */

import { entra } from '../../src/adapters/entra/entra.ts';
import { collisions } from '../../src/core/identity/collisions.ts';
import type { Log } from '../../src/core/ports.ts';
import { serve } from '../rig/child.ts';

export interface Gone {
  readonly what: 'page' | 'find';
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authorityHost: string;
  readonly graphBaseUrl: string;
}

export interface Took {
  readonly ms: number;
  readonly users: number;
  readonly groups: number;
}

const nothing = (): void => undefined;
const log: Log = { info: nothing, warn: nothing, error: nothing };

serve(async ({ what, ...of }: Gone): Promise<Took> => {
  const { directory, close } = entra({ ...of, appRolesOf: of.clientId, log });
  try {
    // A token of its own each time would be measured with it.
    await directory.probe();
    const began = performance.now();
    const { users, groups } = await (what === 'page' ? paged(directory.everybody()) : found(() => directory.everybody()));
    return { ms: performance.now() - began, users, groups };
  } finally {
    await close();
  }
});

async function paged(pages: AsyncIterable<readonly unknown[]>): Promise<{ users: number; groups: number }> {
  let users = 0;
  for await (const page of pages) users += page.length;
  return { users, groups: 0 };
}

async function found(everybody: Parameters<typeof collisions>[0]): Promise<{ users: number; groups: number }> {
  const { people, guests, groups } = await collisions(everybody, new Set());
  return { users: people + guests, groups: groups.length };
}

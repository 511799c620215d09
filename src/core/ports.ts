/** Everything the core needs of the world, in its own words. Adapters fulfil it; a "cannot" is thrown as a Fault (errors.ts). */

export type * from './ports/directory.ts';
export type * from './ports/chat.ts';
export type * from './ports/clock.ts';
export type * from './ports/interactions.ts';
export type * from './ports/audit.ts';
export type * from './ports/requests.ts';
export type * from './ports/received.ts';
export type * from './ports/ledger.ts';
export type * from './ports/leases.ts';
export type * from './ports/alerts.ts';
export type * from './ports/proposals.ts';
export type * from './ports/watch.ts';
export type * from './ports/setting-changes.ts';
export type * from './ports/store.ts';
export type * from './ports/queue.ts';
export type * from './ports/clusters.ts';
export type * from './ports/linter.ts';
export type * from './ports/world.ts';

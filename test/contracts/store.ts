/** What every store does, whatever it stands on. Real concurrency: several stores, several connections, killed processes. */

import { after, before, describe } from 'node:test';
import { holdingPart } from './store-holding.ts';
import { keepingPart } from './store-keeping.ts';
import { proposalsPart } from './store-proposals.ts';
import { requestsPart } from './store-requests.ts';
import { settingChangesPart } from './store-setting-changes.ts';
import { watchPart } from './store-watch.ts';
import { type StoreGround, Stores } from './stores.ts';

export type { StoreGround } from './stores.ts';

/** Runs the contract. */
export function storeContract(name: string, ground: () => Promise<StoreGround>): void {
  describe(`the contract of a store: ${name}`, () => {
    const stores = new Stores();
    before(() => stores.start(ground));
    after(() => stores.stop());
    requestsPart(stores);
    holdingPart(stores);
    keepingPart(stores);
    proposalsPart(stores);
    settingChangesPart(stores);
    watchPart(stores);
  });
}

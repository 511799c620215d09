import assert from 'node:assert/strict';
import { worksOn } from './grants-on-version.ts';
import { jwt, logsIn, setting } from './grants-rig.ts';

worksOn('v23.1.5', 'pattern', {
  says: 'CREATEROLE grants nothing',
  // Before v23.2, CREATEROLE alone grants nothing (PR 104376): the admins are told, and the request goes on once they gave the role.
  mended: async (d) => {
    const alert = await d.sees('grace', (m) => m.text.includes('Needs an admin'));
    assert.match(alert.text, /before v23\.2: the role WITH ADMIN OPTION/);
    await d.sees('alice', (m) => m.ephemeral && m.text.includes('not ready yet'));
    await d.root('GRANT analytics_reader TO crdb_access WITH ADMIN OPTION');
  },
});
worksOn('v24.1.8', 'people');
worksOn('v24.3.0', 'pattern', {
  says: 'the nodes fetch the keys',
  before: (d) => d.root(`SET CLUSTER SETTING ${jwt}.jwks_auto_fetch.enabled = true`),
  // Nothing is pinned, so a key that Entra signs with at once is good at once.
  after: async (d) => {
    assert.deepEqual(JSON.parse(await setting(d, `${jwt}.jwks`)), { keys: [] });
    d.sandbox.entra.rotateKeys('at_once');
    await logsIn(d, 'alice');
  },
});

import assert from 'node:assert/strict';
import { worksOn } from './grants-on-version.ts';
import { jwt, requestOf, setting, sqlUsers, until } from './grants-rig.ts';

worksOn('v25.2.4', 'people');
worksOn('v25.4.2', 'pattern', {
  says: 'role sync is on',
  before: (d) => d.root(`SET CLUSTER SETTING ${jwt}.authorization.enabled = true`),
  // Role sync: whatever is granted would be gone after the next login, so nothing is, until an admin has switched it off.
  mended: async (d) => {
    await until('it waits', async () => JSON.stringify((await requestOf(d, 'alice'))['waiting']).includes('role_sync'));
    const told = await d.sees('alice', (m) => m.ephemeral && m.text.includes('not ready yet'));
    assert.match(told.text, /revokes every role that the token's groups do not name/);
    assert.ok(!(await sqlUsers(d)).includes('alice'));
    assert.equal(await setting(d, `${jwt}.enabled`), 'false');
    const alert = await d.sees('grace', (m) => m.text.includes('Needs an admin') && m.code.length > 0);
    for (const sql of alert.code.join('\n').split('\n')) await d.root(sql);
  },
});
worksOn('v26.1.0', 'people');

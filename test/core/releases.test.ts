/**
 * The table of releases. Sources: the release notes v23.1.2, v23.1.3, v23.1.5 and the pull requests that each row names; field note
 * cockroachdb-login, "0. Versions at a glance".
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caseInsensitive } from '../../src/core/identity/identity-map.ts';
import { type Feature, features, supports } from '../../src/core/cluster/releases.ts';
import { knows } from '../../src/core/login/knows.ts';

/** The last release without and the first with it, on each line. */
const edges: readonly (readonly [feature: Feature, without: string, withIt: string])[] = [
  ['claim', 'v23.1.1', 'v23.1.2'],
  ['inheritedGrants', 'v23.1.2', 'v23.1.3'],
  ['systemGrants', 'v23.1.3', 'v23.1.4'],
  ['createRoleSetting', 'v23.1.3', 'v23.1.4'],
  ['settingOrigins', 'v23.1.4', 'v23.1.5'],
  ['issuerFirst', 'v23.1.16', 'v23.1.17'],
  ['issuerFirst', 'v23.2.3', 'v23.2.4'],
  ['issuerFirst', 'v23.2.3', 'v24.1.0'],
  ['issuerMap', 'v23.1.24', 'v23.1.25'],
  ['issuerMap', 'v24.1.4', 'v24.1.5'],
  ['issuerMap', 'v24.1.4', 'v24.2.0'],
  ['createRoleGrants', 'v23.1.30', 'v23.2.0'],
  ['redaction', 'v23.1.30', 'v23.2.0'],
  ['typedGrants', 'v23.2.20', 'v24.1.0'],
  ['issuersConfiguration', 'v24.1.20', 'v24.2.0'],
  ['publicJwtSettings', 'v24.2.9', 'v24.3.0'],
  ['sensitiveMap', 'v24.2.9', 'v24.3.0'],
  ['noUser', 'v24.2.9', 'v24.3.0'],
  ['nodeFetch', 'v24.2.9', 'v24.3.0'],
  ['userOptionsArray', 'v25.2.4', 'v25.3.0'],
  ['provisioning', 'v25.3.9', 'v25.4.0'],
  ['authorization', 'v25.3.9', 'v25.4.0'],
  ['promptRoleChanges', 'v25.3.9', 'v25.4.0'],
  ['unsafeInternalsGate', 'v25.3.9', 'v25.4.0'],
  ['unsafeInternalsOff', 'v25.4.2', 'v26.1.0'],
  ['anyCaseMap', 'v25.4.2', 'v26.1.0'],
  ['claimPointer', 'v26.1.9', 'v26.2.0'],
];
for (const [feature, without, withIt] of edges) {
  test(`${feature} is there in ${withIt}, and not yet in ${without} (${features[feature].source})`, () => {
    assert.equal(supports(without, feature), false);
    assert.equal(supports(withIt, feature), true);
    assert.equal(supports(`CockroachDB CCL ${withIt} (x86_64-pc-linux-gnu, built 2025/07/28 12:00:00, go1.23.7)`, feature), true);
  });
}

test('a backport says nothing of the lines between it and the main one', () => {
  assert.equal(supports('v23.1.17', 'issuerFirst'), true);
  assert.equal(supports('v23.2.0', 'issuerFirst'), false);
});

test('a version that can’t be read counts as the newest', () => {
  for (const feature of Object.keys(features) as Feature[]) assert.equal(supports('something else', feature), true, feature);
});

test('every row is whole: its older lines are older, and its words and source are there', () => {
  for (const [name, { since, says, source }] of Object.entries(features)) {
    const [main, ...older] = since;
    for (const release of older) assert.ok(release[0] < main[0] || release[1] < main[1], name);
    assert.match(says, /^[^|]+\.$/, name);
    assert.match(source, /^[^|]{5,}$/, name);
  }
});

test('a login and an identity map go by the same table', () => {
  for (const version of ['v23.1.5', 'v24.1.8', 'v25.2.4', 'v25.4.2', 'v26.1.0']) {
    assert.equal(caseInsensitive(version), supports(version, 'anyCaseMap'), version);
    for (const [feature, known] of Object.entries(knows(version)))
      assert.equal(known, supports(version, feature as Feature), version);
  }
});

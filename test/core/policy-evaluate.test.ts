import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sqlUserOf } from '../../src/core/identity/sql-user.ts';
import { evaluate, mayDecide } from '../../src/core/policy/evaluate.ts';
import type { ClusterPolicy, Criterion, Entitlement } from '../../src/core/policy/policy.ts';
import { apiClientId, apiScope, otherDomain, people, primaryDomain } from '../../src/sandbox/people.ts';
import type { SandboxPerson } from '../../src/sandbox/people.ts';

const cluster: ClusterPolicy = {
  name: 'prod',
  host: 'prod.example.com',
  port: 26257,
  caPath: null,
  database: 'defaultdb',
  credential: 'CRDB_PROD_URL',
  settingsCredential: null,
  api: { audience: apiClientId, scope: apiScope, tokenVersion: 'v2' },
  domains: { primary: primaryDomain, others: [otherDomain] },
  map: 'pattern',
};
const approvers: Criterion = { kind: 'app_role', value: 'Crdb.Approve' };
const entitlement = (role: string, approval = true): Entitlement => ({
  name: 'analytics',
  title: 'Analytics (read)',
  description: '',
  cluster: 'prod',
  database: 'analytics',
  roles: ['analytics_reader'],
  eligible: { kind: 'app_role', value: role },
  approval: approval ? { by: approvers, channels: {}, pendingForSeconds: 60 } : null,
});
const somebody = (key: string): SandboxPerson => {
  const person = people.find((p) => p.key === key);
  assert.ok(person, key);
  return person;
};
const facts = (person: SandboxPerson) => ({
  oid: person.oid,
  upn: person.upn,
  displayName: person.name,
  enabled: person.enabled,
  kind: person.kind,
});
const ask = (person: SandboxPerson, role = 'Crdb.Request', approval = true) =>
  evaluate({
    entitlement: entitlement(role, approval),
    cluster,
    person: facts(person),
    sqlUser: sqlUserOf([], 'prod', person),
    eligible: person.appRoles.includes(role),
  });

/** Who is refused, by which rules, and what the words must say. Everybody who is not named here may ask. */
const refused: Readonly<Record<string, { readonly rules: readonly string[]; readonly words: readonly RegExp[] }>> = {
  bob: { rules: ['holds-eligible'], words: [/app role Crdb\.Request/] },
  dave: { rules: ['holds-eligible'], words: [/app role Crdb\.Request/, /dave@contoso\.com/, /can assign it/] },
  grace: { rules: ['holds-eligible'], words: [/app role Crdb\.Request/] },
  erin: { rules: ['account-member', 'sql-name'], words: [/guest/] },
  frank: { rules: ['account-enabled'], words: [/disabled/, /can enable it/] },
  obrien: { rules: ['sql-name'], words: [/SQL user name/, /lower-case letters, digits/] },
  admin: { rules: ['sql-name'], words: [/reserved/, /SQL user name/] },
};

suite('the policy', () => {
  for (const person of people) {
    const expected = refused[person.key];
    test(`${expected ? `refuses ${person.name} by ${expected.rules.join(' and ')}` : `lets ${person.name} ask`}`, () => {
      const { verdict, findings } = ask(person);
      assert.equal(verdict, expected ? 'refused' : 'needs_approval');
      const against = findings.filter((f) => !f.ok);
      assert.deepEqual(
        against.map((f) => f.rule),
        expected?.rules ?? [],
      );
      for (const word of expected?.words ?? []) assert.match(against.map((f) => f.says).join('\n'), word);
      assert.equal(findings.length, 5, 'every rule gives a finding');
      for (const finding of findings) assert.ok(finding.says.length > 0 && !finding.says.includes(person.oid));
    });
  }

  test('grants by itself what needs no approval, to those who may ask and to nobody else', () => {
    assert.equal(ask(somebody('alice'), 'Crdb.Request', false).verdict, 'allowed');
    assert.equal(ask(somebody('dave'), 'Crdb.Request', false).verdict, 'refused');
  });
  test('gives billing to Carol alone', () => {
    const may = people.filter((p) => ask(p, 'Crdb.Billing.Request').verdict !== 'refused');
    assert.deepEqual(
      may.map((p) => p.key),
      ['carol'],
    );
  });
  test('names the group when it asks for a group', () => {
    const group = { ...entitlement('x'), eligible: { kind: 'group', id: '1f2e3d4c-0000-4000-8000-000000000001' } as const };
    const { findings } = evaluate({
      entitlement: group,
      cluster,
      person: facts(somebody('alice')),
      sqlUser: sqlUserOf([], 'prod', somebody('alice')),
      eligible: false,
    });
    assert.match(findings.find((f) => !f.ok)?.says ?? '', /the group 1f2e3d4c-/);
  });

  const domains: readonly [string, boolean][] = [
    [`alice@${primaryDomain}`, true],
    [`alice@${primaryDomain.toUpperCase()}`, true],
    [`alice@${otherDomain}`, true],
    ['alice@evil.com', false],
    [`alice@sub.${primaryDomain}`, false],
    [`alice@evil.com@${primaryDomain}`, true],
    [`alice@${primaryDomain}@evil.com`, false],
    [`alice@${primaryDomain}.`, false],
    ['alice', false],
    [primaryDomain, false],
  ];
  for (const [upn, ok] of domains) {
    test(`${upn} is ${ok ? '' : 'not '}in a verified domain`, () => {
      const { findings } = evaluate({
        entitlement: entitlement('x'),
        cluster,
        person: { ...facts(somebody('alice')), upn },
        sqlUser: sqlUserOf([], 'prod', { oid: 'alice', upn }),
        eligible: true,
      });
      const finding = findings.find((f) => f.rule === 'verified-domain');
      assert.equal(finding?.ok, ok);
      if (!ok) assert.match(finding?.says ?? '', /verified domain of prod \(contoso\.com, fabrikam\.com\)/);
    });
  }
});

suite('who may decide', () => {
  const decide = (decider: string, requester: string, change: Partial<ReturnType<typeof facts>> = {}) => {
    const person = somebody(decider);
    return mayDecide({
      person: { ...facts(person), ...change },
      requester: facts(somebody(requester)),
      criterion: approvers,
      holds: person.appRoles.includes(approvers.value),
    });
  };
  const against = (findings: ReturnType<typeof decide>): readonly string[] => findings.filter((f) => !f.ok).map((f) => f.rule);

  for (const person of people) {
    const may = person.key === 'bob' || person.key === 'carol';
    test(`${person.name} may ${may ? '' : 'not '}decide on a request of somebody else`, () => {
      const findings = decide(person.key, person.key === 'alice' ? 'dave' : 'alice');
      assert.equal(
        findings.every((f) => f.ok),
        may,
      );
      assert.equal(findings.length, 3);
      if (!may) assert.match(findings.map((f) => f.says).join('\n'), /app role Crdb\.Approve/);
    });
  }
  test('nobody decides on an own request, an approver least of all', () => {
    const findings = decide('carol', 'carol');
    assert.deepEqual(against(findings), ['not-own-request']);
    assert.match(findings[0]?.says ?? '', /own request/);
  });
  test('a person is the object id: another UPN and name make nobody somebody else', () => {
    assert.deepEqual(against(decide('carol', 'carol', { upn: 'carol@fabrikam.com', displayName: 'Somebody Else' })), [
      'not-own-request',
    ]);
  });
  test('an approver whose account is disabled decides nothing', () => {
    assert.deepEqual(against(decide('bob', 'alice', { enabled: false })), ['account-enabled']);
  });
});

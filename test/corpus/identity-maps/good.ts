/** Maps in which nothing is to be found. */
import { denyRow, literalRow, patternRow } from '../../../src/core/identity/map-row.ts';
import { type Entry, facts, issuer, row } from './entry.ts';

const anyCase = { version: 'v26.1.0' };
const own = patternRow({ issuer, primaryDomain: 'contoso.com', forbidden: facts.names.filter((name) => name !== 'alice') });

const maps: readonly Omit<Entry, 'expected'>[] = [
  { says: 'nothing', from: 'seeded', map: [''] },
  {
    says: 'comments and blank lines',
    from: 'ident_map_test.go',
    map: ['# nobody yet', '', '   ', '\t# alice@contoso.com#x alice'],
  },
  { says: 'the bot’s pattern row', from: 'docs/decisions/0003-map-row.md', map: [own] },
  { says: 'the bot’s pattern row, in any case', from: 'docs/decisions/0003-map-row.md', map: [own], facts: anyCase },
  {
    says: 'the bot’s rows of people',
    from: 'docs/decisions/0003-map-row.md',
    map: [
      literalRow({ issuer, upn: 'alice@contoso.com', user: 'alice' }),
      literalRow({ issuer, upn: 'bob@fabrikam.com', user: 'bob' }),
    ],
  },
  {
    says: 'the bot’s row for an adopted SQL user',
    from: 'docs/decisions/0008-who-is-who.md',
    map: [literalRow({ issuer, upn: "k.o'brien@contoso.com", user: 'obrien' })],
    facts: { bound: [{ sqlUsername: 'obrien', upn: "k.o'brien@contoso.com" }] },
  },
  { says: 'the bot’s row for nobody', from: 'docs/decisions/0003-map-row.md', map: [denyRow(issuer)] },
  { says: 'one person, in any case', from: 'seeded', map: [row`/(?i)^alice@contoso\.com$ alice`] },
  { says: 'one person, since rows match in any case', from: 'seeded', map: [row`alice@contoso.com alice`], facts: anyCase },
  {
    says: 'a managed identity by its object id',
    from: 'field note, section 6: claim oid and literal rows',
    map: [row`3f2a9c4e-11aa-4c7e-9a53-2f1c8f0b7a11 svc_etl`],
  },
  { says: 'services by a prefix', from: 'seeded', map: [row`/(?i)^(svc-[a-z0-9-]+)@contoso\.com$ \1`] },
  { says: 'services by a suffix', from: 'seeded', map: [row`/(?i)^([a-z0-9]+-svc)@contoso\.com$ \1`] },
  { says: 'a prefix in front of every name', from: 'seeded', map: [row`/(?i)^([a-z0-9._-]+)@contoso\.com$ sso_\1`] },
  {
    says: 'first and last name',
    from: 'seeded',
    map: [row`/(?i)^([a-z]+\.[a-z]+)@(?:contoso|fabrikam)\.com$ \1`],
  },
  {
    says: 'a closed list',
    from: 'seeded',
    map: [row`/(?i)^(carol|dave|erin)@contoso\.com$ \1`],
  },
  { says: 'anchors in other spellings', from: 'pkg.go.dev/regexp/syntax', map: [row`/(?i)\A(svc-[a-z]+)@contoso\.com\z \1`] },
  {
    says: 'anchors inside of every way',
    from: 'seeded',
    map: [row`/(?i)(?:^(svc-[a-z]+)@contoso\.com$|^x-svc@fabrikam\.com$) svc_\1`],
  },
  {
    says: 'a guest, with the # written by its number',
    from: 'field note, section 3.1',
    map: [row`/(?i)^erin_partner\.example\x23EXT\x23@contoso\.com$ erin`],
  },
  { says: 'quoted text', from: 'pkg.go.dev/regexp/syntax', map: [row`/(?i)^(svc-\d{1,4})\Q@contoso.com\E$ \1`] },
  { says: 'numbered people', from: 'seeded', map: [row`/^(?i:(u\d{6})@contoso\.com)$ \1`] },
  {
    says: 'another issuer beside ours',
    from: 'seeded',
    map: [row`/(?i)^alice@contoso\.com$ alice`, String.raw`https://accounts.google.com /(?i)^(ci-[a-z]+)@builds\.example$ \1`],
    facts: { issuers: [issuer, 'https://accounts.google.com'], issuer },
  },
  {
    says: 'a row of host-based authentication',
    from: 'docs v25.4/sso-sql.md and gssapi_authentication.md',
    map: ['gss /(?i)^(svc-[a-z]+)@CONTOSO\\.LOCAL$ \\1'],
  },
  {
    says: 'two names for one person',
    from: 'ident_map_test.go',
    map: [row`alice@contoso.com alice`, row`alice@contoso.com alice_ro`],
    facts: anyCase,
  },
  {
    says: 'an existing service user that a row names outright',
    from: 'seeded',
    map: [row`/(?i)^app-prod@contoso\.com$ app`],
  },
  {
    says: 'a slash that belongs to the principal',
    from: 'seeded',
    map: ['https://spire.example /^spiffe://contoso\\.com/ns/([0-9]+-job)$ \\1'],
    facts: { ...anyCase, issuers: ['https://spire.example'] },
  },
  { says: 'a comment behind a row', from: 'ident_map_test.go', map: [row`/(?i)^(svc-[a-z]+)@contoso\.com$ \1 # see #12`] },
];

export const good: readonly Entry[] = maps.map((map) => ({ ...map, expected: [] }));

/** What a login depends on by version: a part of the table of releases (cluster/releases.ts), asked once a login. */

import { supports } from '../cluster/releases.ts';

const asked = [
  'claim',
  'issuerFirst',
  'issuerMap',
  'issuersConfiguration',
  'noUser',
  'provisioning',
  'authorization',
  'claimPointer',
] as const;

export type LoginFeature = (typeof asked)[number];
export type Knows = { readonly [F in LoginFeature]: boolean };

/** @param version as `SELECT version()` prints it; one that can't be read counts as the newest */
export function knows(version: string): Knows {
  return Object.fromEntries(asked.map((feature) => [feature, supports(version, feature)])) as Knows;
}

/** Identity maps with what is to be found in them: shape and common facts of the corpus. */
import type { LintFacts, LintRule } from '../../../src/core/ports.ts';

export const issuer = 'https://login.microsoftonline.com/8d1f4c1e-6b0a-4c7e-9a53-2f1c8f0b7a11/v2.0';

export const facts: LintFacts = {
  version: 'v24.3.0',
  issuers: [issuer],
  domains: ['contoso.com', 'fabrikam.com'],
  names: ['alice', 'analytics_reader', 'app', 'bob', 'reporting_reader'],
  managed: ['analytics_reader', 'reporting_reader'],
  bound: [
    { sqlUsername: 'alice', upn: 'alice@contoso.com' },
    { sqlUsername: 'bob', upn: 'bob@fabrikam.com' },
  ],
};

export interface Entry {
  readonly says: string;
  /** Where the map, or the fault in it, is taken from; `seeded`: made for this. */
  readonly from: string;
  readonly map: readonly string[];
  readonly facts?: Partial<LintFacts>;
  /** By line, from 1: rule and weight. */
  readonly expected: readonly (readonly [line: number, rule: LintRule, weight: 'open' | 'shut' | 'note'])[];
}

/** A row of the common issuer. */
export const row = (strings: TemplateStringsArray, ...values: readonly string[]): string =>
  `${issuer} ${String.raw(strings, ...values)}`;

/** What is said of the watch: that it is paused, that a verdict changed, that Entra's keys can't be read. */

import type { Check, ClusterReport, Standing, Verdict } from '../cluster/report.ts';
import type { Paused } from '../ports.ts';
import { type Block, type Card, type Text, utc } from './card.ts';
import { span } from './span.ts';

/** How the watch is started again. */
export const resumes = 'npm run -s cli -- watch resume';

/** Who paused the watch, since when, and how it goes on: the middle of a sentence. */
export const pausedSince = ({ by, since }: Paused): string =>
  `${by} paused the watch at ${utc(since, 'date')} (${resumes} ends that)`;

/** How many checks an alert names. */
const named = 5;

/** Broken first. */
const weight: readonly Standing[] = ['broken', 'unknown', 'attention'];

/** To the admins: the verdict on a cluster is another one than they were told last. */
export function verdictChanged(what: {
  readonly report: ClusterReport;
  readonly at: Date;
  /** What they were told last, and when it was found. */
  readonly before: { readonly verdict: Verdict; readonly since: Date | null };
}): Card {
  const { report, at, before } = what;
  const { cluster, verdict } = report;
  const lasted: Text = before.since === null ? [] : [` for ${span(before.since, at)}`];
  const title: Text =
    verdict === 'healthy'
      ? [{ strong: cluster }, ' is healthy again; it was ', before.verdict, ...lasted]
      : [
          { strong: cluster },
          `: ${verdict}`,
          ...(before.verdict === 'healthy' ? [] : [' (it was ', before.verdict, ...lasted, ')']),
        ];
  const wrong = report.checks.filter(({ standing }) => weight.includes(standing)).sort((a, b) => rank(a) - rank(b));
  const more = wrong.length - named;
  return {
    title,
    blocks: [
      ...wrong.slice(0, named).map((check): Block => ({ kind: 'text', text: lineOf(check) })),
      ...(more > 0 ? [{ kind: 'text', text: [`And ${more} more.`] } as const] : []),
      {
        kind: 'note',
        text: [...(report.version === null ? [] : [`${report.version} · `]), 'found by the check of ', { at, style: 'time' }],
      },
      {
        kind: 'buttons',
        buttons: [
          { id: 'checks', label: 'All checks', about: cluster },
          ...(verdict === 'healthy' ? [] : [{ id: 'plan', label: 'Plan', about: cluster } as const]),
        ],
      },
    ],
  };
}

const rank = ({ standing }: Check): number => weight.indexOf(standing);

const lineOf = ({ found, next }: Check): Text => [found, ...(next === null ? [] : [' → ', next])];

/** To the admins: the keys that Entra publishes were not read for a while. */
export function keysUnread(what: { readonly version: string; readonly since: Date; readonly says: string }): Card {
  return {
    title: ['Entra’s signing keys could not be read since ', { at: what.since, style: 'date' }],
    blocks: [
      { kind: 'text', text: [what.says] },
      {
        kind: 'text',
        text: [
          'Logins go on with the keys that are on the clusters. A key that Entra begins to sign with meanwhile is not there, and whoever gets a token signed with it can’t log in.',
        ],
      },
      {
        kind: 'note',
        text: [`Keys of ${what.version} access tokens. You are told when they can be read again.`],
      },
    ],
  };
}

/** To the admins: the keys that Entra publishes can be read again. */
export function keysReadAgain(what: { readonly version: string; readonly since: Date; readonly at: Date }): Card {
  return {
    title: [`Entra’s signing keys can be read again, after ${span(what.since, what.at)}`],
    blocks: [{ kind: 'note', text: [`Keys of ${what.version} access tokens.`] }],
  };
}

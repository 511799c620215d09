import type { Check, ClusterReport, StatusReport, Verdict } from '../cluster/report.ts';
import { pressable } from '../request/buttons.ts';
import type { Block, Card, Text } from './card.ts';
import { labels, wrongFirst } from './checks.ts';
import { alone, among, facts, planLine, wrongBlocks } from './found.ts';

/** How much of a report goes on a card: the rest is behind All checks, or told of one cluster at a time. */
const most = { wrong: 8, wrongOfMany: 2, notes: 4, clusters: 5, names: 12 };

/** The answer to `status`: what is wrong first, then what is right, in a line. */
export function statusCard(report: StatusReport): Card {
  const [only, ...others] = report.clusters;
  if (only === undefined) return { title: ['The policy has no cluster.'], blocks: [] };
  return others.length === 0 ? one(only, report.at) : many(report);
}

function one(cluster: ClusterReport, at: Date): Card {
  const wrong = wrongFirst(cluster.checks);
  const notes = cluster.checks.filter(({ standing }) => standing === 'note');
  return {
    title: verdictLine(cluster),
    blocks: [
      { kind: 'note', text: [version(cluster), 'checked at ', { at, style: 'time' }, ...users(cluster)] },
      ...wrongBlocks(wrong, most.wrong, alone),
      ...planLine(wrong.slice(0, most.wrong)),
      ...fine(cluster),
      ...(notes.length === 0 ? [] : [facts(notes.slice(0, most.notes), alone, () => '')]),
      buttons(cluster.cluster),
    ],
  };
}

/** One line for each; the worst with what is wrong there. */
function many({ clusters, at }: StatusReport): Card {
  const sorted = [...clusters].sort((a, b) => worst.indexOf(a.verdict) - worst.indexOf(b.verdict));
  const unwell = sorted.filter(({ verdict }) => verdict !== 'healthy');
  const shown = unwell.slice(0, most.clusters);
  const rest = sorted.filter((cluster) => !shown.includes(cluster));
  return {
    title:
      clusters.length <= 3
        ? sorted.flatMap((cluster, i) => [i === 0 ? '' : ' · ', { strong: short(cluster) }])
        : [{ strong: counted(clusters) }],
    blocks: [
      { kind: 'note', text: ['Checked at ', { at, style: 'time' }, '. One alone: ', { typed: 'status <cluster>' }] },
      ...shown.flatMap((cluster): Block[] => [
        { kind: 'text', text: verdictLine(cluster) },
        ...wrongBlocks(wrongFirst(cluster.checks), most.wrongOfMany, among),
        buttons(cluster.cluster),
      ]),
      ...planLine(shown.flatMap(({ checks }) => wrongFirst(checks).slice(0, most.wrongOfMany))),
      ...lines(rest),
    ],
  };
}

const worst: readonly Verdict[] = ['broken', 'unknown', 'attention', 'healthy'];
const short = ({ cluster, verdict }: ClusterReport): string => `${cluster}: ${verdict}`;

/** `prod: attention · Signing keys, Clock` */
export function verdictLine(cluster: ClusterReport): Text {
  const named = [...new Set(wrongFirst(cluster.checks).map(({ id }) => labels[id]))];
  const rest = named.length - 3;
  const what =
    cluster.verdict === 'healthy' ? healthy(cluster) : `${named.slice(0, 3).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return [{ strong: short(cluster) }, ` · ${what}`];
}

/** "People can log in" is said only where somebody is there who could. */
const healthy = ({ checks }: ClusterReport): string =>
  checks.some(({ id, standing }) => id === 'logins' && standing === 'ok') ? 'people can log in' : 'nothing is wrong';

function counted(clusters: readonly ClusterReport[]): string {
  const each = worst.map((verdict) => [verdict, clusters.filter((one) => one.verdict === verdict).length] as const);
  return `${clusters.length} clusters: ${each.flatMap(([verdict, n]) => (n === 0 ? [] : [`${n} ${verdict}`])).join(', ')}`;
}

const version = (cluster: ClusterReport): string => (cluster.version === null ? '' : `${cluster.version} · `);

function users({ users: of }: ClusterReport): Text {
  if (of === null) return [];
  return [` · ${of.kept} ${of.kept === 1 ? 'SQL user' : 'SQL users'} kept by the bot, ${of.changed} changed behind its back`];
}

/** What is as it should be: said whole of logins, by its name of the rest. */
function fine({ checks }: ClusterReport): Block[] {
  const ok = checks.filter(({ standing, id }) => standing === 'ok' && id !== 'reachable' && !alsoWrong(checks, id));
  const logins = ok.filter(({ id }) => id === 'logins').map(({ found }) => found.replace(/\.$/, ''));
  const named = [...logins, ...new Set(ok.filter(({ id }) => id !== 'logins').map(({ id }) => labels[id]))];
  return named.length === 0 ? [] : [{ kind: 'text', text: [`In order: ${named.join(' · ')}`] }];
}

const alsoWrong = (checks: readonly Check[], id: Check['id']): boolean => wrongFirst(checks).some((check) => check.id === id);

function lines(rest: readonly ClusterReport[]): Block[] {
  if (rest.length === 0) return [];
  const shown = rest.slice(0, most.names);
  const more = rest.length - shown.length;
  return [
    { kind: 'facts', facts: shown.map((cluster) => ({ label: cluster.cluster, text: [cluster.verdict, ...tail(cluster)] })) },
    ...(more > 0
      ? [
          {
            kind: 'note' as const,
            text: [`And ${more} more: ${more === 1 ? 'it is' : 'they are'} ${worstWord(rest.slice(most.names))}.`],
          },
        ]
      : []),
  ];
}

const tail = (cluster: ClusterReport): Text => [` · ${version(cluster).replace(' · ', '')}`];
const worstWord = (clusters: readonly ClusterReport[]): string =>
  [...new Set(clusters.map(({ verdict }) => verdict))].join(' or ');

const buttons = (cluster: string): Block => ({
  kind: 'buttons',
  buttons: [
    { id: 'checks', label: pressable.checks.label, about: cluster },
    { id: 'plan', label: pressable.plan.label, about: cluster },
  ],
});

/** Somebody who is no admin asked: nothing was looked at, so nothing can be given away. */
export function notForAdmins(criterion: string): Card {
  return {
    title: ['The status of clusters is for the admins of this bot.'],
    blocks: [
      {
        kind: 'text',
        text: [
          `Admins are people with an enabled account who hold ${criterion}; you do not, as of now. Ask one of them. Nothing was looked at.`,
        ],
      },
      { kind: 'note', text: ['Whether you could log in yourself: ', { typed: 'why' }] },
    ],
  };
}

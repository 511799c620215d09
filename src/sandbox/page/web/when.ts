/** Points in time as the reader's own clock has them. */
import { h, type JSX } from 'preact';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false });
const seconds = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const long = new Intl.DateTimeFormat(undefined, { weekday: 'long', month: 'long', day: 'numeric', year: 'numeric' });

const dayOf = (date: Date): number => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** Today, yesterday and tomorrow have names (docs.slack.dev/messaging/formatting-message-text, "Date formatting"). */
function pretty(date: Date, otherwise: Intl.DateTimeFormat): string {
  const apart = Math.round((dayOf(date) - dayOf(new Date())) / 86_400_000);
  return (
    new Map([
      [0, 'today'],
      [1, 'tomorrow'],
      [-1, 'yesterday'],
    ]).get(apart) ?? otherwise.format(date)
  );
}

const tokens: Readonly<Record<string, (date: Date) => string>> = {
  '{time}': (date) => time.format(date),
  '{time_secs}': (date) => seconds.format(date),
  '{date}': (date) => long.format(date),
  '{date_num}': (date) => date.toISOString().slice(0, 10),
  '{date_short}': (date) => day.format(date),
  '{date_long}': (date) => long.format(date),
  '{date_pretty}': (date) => pretty(date, long),
  '{date_short_pretty}': (date) => pretty(date, day),
  '{date_long_pretty}': (date) => pretty(date, long),
};

/** A date by Slack's format; a token that is not known shows the fallback instead. */
export function Slacks(p: { readonly at: Date; readonly format: string; readonly fallback: string }): JSX.Element {
  const used = p.format.match(/\{[a-z_]+\}/g) ?? [];
  const isKnown = !Number.isNaN(p.at.getTime()) && used.every((token) => Object.hasOwn(tokens, token));
  if (!isKnown) return h('span', null, p.fallback);
  const words = p.format.replace(/\{[a-z_]+\}/g, (token) => tokens[token]?.(p.at) ?? token);
  return h('time', { dateTime: p.at.toISOString(), title: p.fallback }, words);
}

/** When something was said or done: the time, and the day where it was another. */
export function When(p: { readonly at: string; readonly exact?: boolean }): JSX.Element {
  const date = new Date(p.at);
  const isToday = dayOf(date) === dayOf(new Date());
  const clock = (p.exact === true ? seconds : time).format(date);
  return h(
    'time',
    { dateTime: p.at, title: `${long.format(date)}, ${seconds.format(date)}` },
    isToday ? clock : `${day.format(date)}, ${clock}`,
  );
}

/** Values as Go's fmt prints them: principals and DETAILs are made of such text. */

import { isObject } from './go-json.ts';

/** `%s` of a []string: `[a b]`. */
export function goList(items: readonly string[]): string {
  return `[${items.join(' ')}]`;
}

/**
 * strconv.FormatFloat(n, 'g', -1), which is `%v`: the shortest digits; with an exponent of two digits or more when it is below -4 or
 * at least 6 (ftoa.go: "if precision was the shortest possible, use precision 6 for this decision").
 */
function goFloat(n: number): string {
  if (Object.is(n, -0)) return '-0';
  const [mantissa = '', exponent = '0'] = n.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(n);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** fmt.Sprint of a decoded JSON value: `1`, `true`, `1.5e+06`, `<nil>`, `[a b]`, `map[k:v]` with sorted keys. */
export function goSprint(value: unknown): string {
  if (typeof value === 'number') return goFloat(value);
  if (Array.isArray(value)) return goList(value.map(goSprint));
  if (typeof value === 'string' || typeof value === 'boolean') return `${value}`;
  if (!isObject(value)) return '<nil>';
  const fields = Object.keys(value).sort();
  return `map[${fields.map((field) => `${field}:${goSprint(value[field])}`).join(' ')}]`;
}

/** time.Time's String for a whole second in UTC: how a date claim prints when it is taken as the principal. */
export function goTime(seconds: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  return `${iso.slice(0, -'T00:00:00.000Z'.length)} ${iso.slice(-'00:00:00.000Z'.length, -'.000Z'.length)} +0000 UTC`;
}

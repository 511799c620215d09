import pino from 'pino';
import type { Log } from '../../core/ports.ts';

/** Shapes of secrets that must never reach a log, whoever put them into a message: JWTs, Slack tokens and response URLs, passwords in URLs. */
const shapes: readonly [RegExp, string][] = [
  [/eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[token]'],
  [/xox[a-z]-[\w-]{6,}/g, '[slack token]'],
  [/(https:\/\/hooks\.slack\.com\/)[^\s"\\]+/g, '$1[hidden]'],
  [/(\w+:\/\/[^\s:/@"]+:)[^\s@"]+@/g, '$1[hidden]@'],
];

/**
 * Structured logs, a JSON object a line. Every line is searched for the configured secrets and for what looks like one, so that an
 * error text of a library can't leak what no field of ours holds.
 *
 * @param secrets values that are replaced wherever they occur
 * @param write where lines go; standard output by default
 */
export function openLog(
  level: string,
  secrets: readonly string[],
  write: (line: string) => void = (line) => process.stdout.write(line),
): Log {
  // A line is JSON: a secret with a quote in it stands there escaped.
  const known = secrets.filter((s) => s.length >= 6).map((s) => JSON.stringify(s).slice(1, -1));
  const clean = (line: string): string => {
    let out = line;
    for (const secret of known) out = out.replaceAll(secret, '[secret]');
    for (const [shape, instead] of shapes) out = out.replace(shape, instead);
    return out;
  };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write: (line: string) => write(clean(line)) });
}

import type { Form } from './forms.ts';
import { isPlaceholder } from './forms.ts';
import { Secret } from './secret.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** One thing wrong with the configuration. `where`: a variable, or file and line of the policy. No value ever stands in it. */
export interface ConfigFault {
  readonly where: string;
  readonly wrong: string;
  readonly write: string;
}

/** Reads variables and collects what is wrong with them, so that all of it can be said at once. */
export interface Environment {
  readonly faults: ConfigFault[];
  /** Every secret that was read, and every password inside a URL, for the log to hide. */
  readonly secrets: Secret[];
  /** Whether a variable is there; an empty one is not (that is how env files leave one out). */
  has(name: string): boolean;
  /** A variable that must be there. `why`: what asks for it, where that is not plain. */
  need<T>(name: string, form: Form<T>, why?: string): T;
  may<T, D>(name: string, form: Form<T>, absent: D): T | D;
}

export function environment(env: Env): Environment {
  const faults: ConfigFault[] = [];
  const secrets: Secret[] = [];
  const has = (name: string): boolean => (env[name] ?? '') !== '';

  function read<T>(name: string, form: Form<T>): T {
    const text = env[name] ?? '';
    const read = wrongOf(text) === null ? form.read(text) : null;
    if (read === null) faults.push({ where: name, wrong: wrongOf(text) ?? 'does not have the right form', write: form.write });
    if (read instanceof Secret) secrets.push(read, ...passwordIn(text));
    return read ?? form.filler;
  }

  return {
    faults,
    secrets,
    has,
    need: (name, form, why) => {
      if (has(name)) return read(name, form);
      faults.push({ where: name, wrong: why === undefined ? 'is not set' : `is not set (${why})`, write: form.write });
      return form.filler;
    },
    may: (name, form, absent) => (has(name) ? read(name, form) : absent),
  };
}

/** What is wrong with any value, whatever its form. */
function wrongOf(text: string): string | null {
  if (isPlaceholder(text)) return 'is a placeholder';
  // A line break at the end of a mounted secret is the classic: the token then fails with an answer that says nothing.
  if (text !== text.trim()) return 'begins or ends with a space or a line break';
  return null;
}

function passwordIn(text: string): Secret[] {
  if (!URL.canParse(text)) return [];
  const { password } = new URL(text);
  return password === '' ? [] : [new Secret(password), ...decoded(password)];
}

function decoded(password: string): Secret[] {
  try {
    return [new Secret(decodeURIComponent(password))];
  } catch {
    return [];
  }
}

/** Reads a Dockerfile and carries out its steps in folders, where no container engine is. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

export interface Step {
  readonly word: string;
  /** As written, lines joined. */
  readonly text: string;
}

/** The instructions in their order; comments are gone, continued lines joined (docs.docker.com/reference/dockerfile, "Format"). */
export function steps(dockerfile: string): readonly Step[] {
  return dockerfile
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, word = '', text = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
      return { word: word.toUpperCase(), text };
    });
}

/** A JSON array behind CMD, ENTRYPOINT or HEALTHCHECK … CMD: the form that is run without a shell, so that signals arrive. */
export function execForm(text: string): readonly string[] {
  const array = text.slice(text.indexOf('['));
  const words: unknown = JSON.parse(array);
  if (!Array.isArray(words) || words.some((word) => typeof word !== 'string')) throw new Error(`not in exec form: ${text}`);
  return words as string[];
}

export interface Image {
  /** Where the image's `/` is. */
  readonly root: string;
  readonly base: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  /** The instructions that say how it is run, by their word. */
  readonly says: ReadonlyMap<string, string>;
}

/**
 * Carries out FROM, WORKDIR, ENV, COPY, RUN and USER; the rest is noted. What stands in the base image is this machine's.
 *
 * @param o.context the build's context; `.dockerignore` there counts
 * @param o.dir an empty folder, in which every stage gets one of its own
 * @throws Error for an instruction that is not known here, and when a step fails
 */
export function build(o: { readonly context: string; readonly dir: string; readonly env: NodeJS.ProcessEnv }): Image {
  const ignored = readFileSync(join(o.context, '.dockerignore'), 'utf8');
  const stages = new Map<string, Image>();
  let image: Image | undefined;
  for (const { word, text } of steps(readFileSync(join(o.context, 'Dockerfile'), 'utf8'))) {
    if (word === 'FROM') {
      image = from(text, o.dir, stages);
      continue;
    }
    if (image === undefined) throw new Error(`${word} before FROM`);
    const step = work[word];
    if (step === undefined) throw new Error(`${word} is not known here`);
    image = step({ image, text, stages, ...o, ignored }) ?? { ...image, says: new Map(image.says).set(word, text) };
    stages.set(basename(image.root), image);
  }
  if (image === undefined) throw new Error('no FROM');
  return image;
}

function from(text: string, dir: string, stages: Map<string, Image>): Image {
  const [base = '', as, name = `stage-${stages.size}`] = text.split(/\s+/);
  if (as !== undefined && as.toUpperCase() !== 'AS') throw new Error(`FROM ${text}`);
  const root = join(dir, name);
  mkdirSync(root, { recursive: true });
  const image = { root, base, workdir: '/', env: {}, user: 'root', says: new Map() };
  stages.set(name, image);
  return image;
}

interface Given {
  readonly image: Image;
  readonly text: string;
  readonly stages: ReadonlyMap<string, Image>;
  readonly context: string;
  readonly env: NodeJS.ProcessEnv;
  readonly ignored: string;
}

const noted = (): undefined => undefined;
const work: Readonly<Record<string, (given: Given) => Image | undefined>> = {
  WORKDIR: ({ image, text }) => {
    mkdirSync(join(image.root, text), { recursive: true });
    return { ...image, workdir: text };
  },
  ENV: ({ image, text }) => {
    const pairs = text.split(/\s+/).map((pair) => pair.split('=') as [string, string]);
    return { ...image, env: { ...image.env, ...Object.fromEntries(pairs) } };
  },
  USER: ({ image, text }) => ({ ...image, user: text }),
  RUN: ({ image, text, env }) => {
    execFileSync('/bin/sh', ['-c', text], { cwd: join(image.root, image.workdir), env: { ...env, ...image.env }, stdio: 'pipe' });
    return image;
  },
  COPY: (given) => {
    copy(given);
    return given.image;
  },
  EXPOSE: noted,
  HEALTHCHECK: noted,
  STOPSIGNAL: noted,
  CMD: noted,
};

/** `COPY [--from=STAGE] SOURCE… DESTINATION`: of a folder, its content is copied. */
function copy({ image, text, stages, context, ignored }: Given): void {
  const words = text.split(/\s+/);
  const stage = words[0]?.startsWith('--from=') ? stages.get(words.shift()?.slice('--from='.length) ?? '') : undefined;
  const to = join(image.root, image.workdir, words.pop() ?? '');
  for (const source of words) {
    const path = join(stage?.root ?? context, source);
    if (!existsSync(path)) throw new Error(`COPY ${source}: there is no such file`);
    const wanted = (file: string): boolean => stage !== undefined || isSent(relative(context, file), ignored, file);
    if (!wanted(path)) throw new Error(`COPY ${source}: .dockerignore leaves it out`);
    const isFolder = statSync(path).isDirectory();
    cpSync(path, isFolder ? to : join(to, basename(path)), { recursive: true, filter: wanted });
  }
}

/** Whether `.dockerignore` lets a file of the context through: the last line that matches it, or a folder above it, counts. */
function isSent(path: string, ignored: string, file: string): boolean {
  let sent = true;
  for (const line of ignored.split('\n').map((l) => l.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const pattern = line.replace(/^!/, '');
    if (/[?[\]]|\*\*/.test(pattern)) throw new Error(`.dockerignore: ${line} is not known here`);
    const matches = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`).test(path);
    // A folder that is left out is still walked through on the way to what is let through below it.
    const onTheWay = line.startsWith('!') && pattern.startsWith(`${path}/`) && statSync(file).isDirectory();
    if (matches || onTheWay) sent = line.startsWith('!');
  }
  return sent;
}

/** Every file below a folder, as paths relative to it. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

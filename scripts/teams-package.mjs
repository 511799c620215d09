// `npm run teams:package -- --app-id GUID --bot-domain HOST`: the app package that Teams takes, from manifests/teams.
//   --out FILE        where it goes; ./crdb-access-teams.zip
//   --developer NAME  who offers it, as Teams shows it
//   --website URL, --privacy URL, --terms URL   what people can read about it; https://HOST/
// Everything that is wrong is said together, and then nothing is written.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { zip } from './zip.mjs';

const folder = fileURLToPath(new URL('../manifests/teams/', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const hidden = /change[-_ ]?me|replace[-_ ]?me|placeholder|\byour[-_ .]|[<>{}]|\.\.\./i;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Names that RFC 2606 and RFC 6761 keep for examples and for one's own machine: Teams can reach none of them. */
const reserved = /(^|\.)(example(\.(com|net|org))?|test|invalid|localhost|local|internal)$/;
const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const host = new RegExp(`^(${label}\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$`);

/** What may be said, in the order in which it is asked for: what is wrong with a value, or null. */
const asked = {
  'app-id': {
    write: 'the client id of the app registration behind the Azure Bot: a GUID, as the Entra admin center shows it',
    form: (text) => text.trim().toLowerCase(),
    wrong: (id) => {
      if (!guid.test(id)) return 'is no GUID';
      // 00000000-…, 11111111-… and 12345678-1234-…: what documentation has where a value belongs.
      return new Set(id.replaceAll('-', '')).size < 3 || id.startsWith('12345678-1234') ? 'is a placeholder' : null;
    },
  },
  'bot-domain': {
    write: 'the host name at which Teams reaches the bot, like crdb-access.contoso.com: no https://, no port, no path',
    form: (text) => text.trim().toLowerCase(),
    wrong: (name) => {
      if (hidden.test(name)) return 'is a placeholder';
      if (!host.test(name) && !reserved.test(name)) return 'is no host name';
      return reserved.test(name) ? 'is a name that nobody outside can reach' : null;
    },
  },
  developer: {
    write: 'at most 32 characters on one line',
    fallback: () => 'crdb-access',
    form: (text) => text.trim(),
    wrong: (name) => (/^[^\p{C}]{1,32}$/u.test(name) && !hidden.test(name) ? null : 'does not fit'),
  },
  ...Object.fromEntries(
    ['website', 'privacy', 'terms'].map((name) => [
      name,
      {
        write: 'an address that begins with https://',
        fallback: (values) => `https://${values['bot-domain']}/`,
        form: (text) => text.trim(),
        wrong: (url) =>
          URL.canParse(url) && new URL(url).protocol === 'https:' && !hidden.test(url) ? null : 'is no https address',
      },
    ]),
  ),
};

const { values, faults } = read(process.argv.slice(2));
if (faults.length > 0) fail(2, faults);
const manifest = filled(values);
const broken = await refused(manifest);
if (broken.length > 0) fail(1, ['The manifest does not fit the schema of its version:', ...broken]);
const archive = zip([
  { name: 'manifest.json', data: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) },
  ...Object.values(manifest.icons).map((name) => ({ name, data: readFileSync(join(folder, name)) })),
]);
// Where npm was called, which is not where it runs a script.
const called = process.env.INIT_CWD ?? process.cwd();
const out = resolve(called, values.out ?? 'crdb-access-teams.zip');
try {
  writeFileSync(out, archive);
} catch (error) {
  fail(1, [`${out} can't be written (${error.code ?? error.message}). --out: the path of a file in a folder that is there.`]);
}
console.log(`${relative(called, out) || out}: crdb-access ${version} for Microsoft Teams, app ${values['app-id']}`);
console.log('Upload it in the Teams admin center, "Teams apps", "Manage apps", "Upload new app".');
console.log(`The Azure Bot's messaging endpoint is https://${values['bot-domain']}/api/messages`);

/** @returns {{ values: Record<string, string>, faults: string[] }} every value in its form, and all that is wrong */
function read(args) {
  const names = [...Object.keys(asked), 'out'];
  let given;
  try {
    given = parseArgs({ args, options: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) }).values;
  } catch (error) {
    return { values: {}, faults: [error.message, `Options: ${names.map((name) => `--${name}`).join(' ')}`] };
  }
  const values = given.out === undefined ? {} : { out: given.out };
  const faults = given.out?.trim() === '' ? ['--out is empty: the path of the file to write'] : [];
  for (const [name, { write, fallback, form, wrong }] of Object.entries(asked)) {
    const text = given[name] ?? fallback?.(values);
    const why = text === undefined ? 'is missing' : wrong(form(text));
    if (why !== null && !(given[name] === undefined && fallback !== undefined)) faults.push(`--${name} ${why}: ${write}`);
    values[name] = text === undefined ? '' : form(text);
  }
  return { values, faults };
}

/** The manifest with every {{NAME}} in place. Values go into strings that were parsed, so that none can be markup. */
function filled(values) {
  const names = {
    VERSION: version,
    APP_ID: values['app-id'],
    BOT_DOMAIN: values['bot-domain'],
    DEVELOPER: values.developer,
    WEBSITE: values.website,
    PRIVACY: values.privacy,
    TERMS: values.terms,
  };
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'), (_key, value) =>
    typeof value === 'string' ? value.replace(/\{\{(\w+)\}\}/g, (whole, name) => names[name] ?? whole) : value,
  );
}

/** What the schema and we have against it. The reader of schemas is loaded only for a package that is otherwise right. */
async function refused(manifest) {
  const [{ Ajv }, formats] = await Promise.all([import('ajv'), import('ajv-formats')]);
  const { $schema: _draft4, ...schema } = JSON.parse(readFileSync(join(folder, 'schema/MicrosoftTeams.schema.json'), 'utf8'));
  // It names draft 4, which ajv does not read, and uses nothing that later drafts read otherwise.
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default.default(ajv);
  const fits = ajv.compile(schema);
  const left = [...JSON.stringify(manifest).matchAll(/\{\{\w+\}\}/g)].map(([name]) => `${name} is filled in by nothing`);
  return fits(manifest)
    ? left
    : [...left, ...fits.errors.map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)];
}

function fail(code, lines) {
  for (const line of lines) console.error(line);
  process.exit(code);
}

// The walls of the house (docs/decisions/0001): who may import whom, type imports included. Each is seen to stop a planted fault in
// test/gate/walls.test.ts.

const ground = '^src/core/(request/|cluster/|errors[.]ts$)';
const pages = '^src/core/(ports/|ports[.]ts$|errors[.]ts$)';
const shared = ['policy', 'messages', 'identity', 'login', 'cluster-auth'];
const steps = ['command', 'approval', 'provisioning', 'delivery', 'adoption', 'status', 'settings'];
const core = '^src/core/';
/** What is started by its name: nothing imports it. The page's is bundled, and what stands for a browser's own object put in (scripts/build.mjs). */
const programs =
  '^src/(main|cli|sandbox/main|sandbox/bin/[^/]+|adapters/linter/worker|sandbox/page/web/(main|teams/no-html))[.]ts$';
const web = '^src/sandbox/page/web/';

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** A package, in one adapter (or a few files) alone. */
const sdk = (name, where, packages) =>
  rule(
    `sdk-${name}`,
    `${packages.join(', ')}: only in ${where.join(', ')}, so that changing the SDK changes one folder.`,
    { path: '^src/', pathNot: where.map((w) => `^src/${w}`) },
    { path: packages.map((p) => `(^|/)node_modules/${p}/`) },
  );

/** What a shared folder may know beside the ground and the ports, and why. */
const knows = {
  policy: ['identity'], // the rule sql-name, and role names in the policy file
  messages: ['policy'], // titles and descriptions of what can be asked for
  identity: [],
  login: ['identity'], // the cluster maps and folds names as the identity map does
  'cluster-auth': ['policy', 'identity', 'login'], // plans the settings and decides the login; provisioning carries it out
};

export default {
  forbidden: [
    rule(
      'no-cycles',
      'Arrows go down only: a file that (through others) imports itself has no place in the house.',
      {},
      { circular: true },
    ),
    rule(
      'core-knows-core',
      'The core imports no package and no node:*, only itself.',
      { path: core },
      { pathNot: [core, '(^|/)node_modules/re2js/'] },
    ),
    rule(
      're2js-for-patterns',
      'The one exception: re2js, because the patterns of an identity map are RE2, and no other is safe or right for them.',
      { path: core, pathNot: '^src/core/(identity|login)/' },
      { path: '(^|/)node_modules/re2js/' },
    ),
    rule(
      'ground-knows-nobody',
      'The request, the cluster and the errors are the ground: they know only each other.',
      { path: ground },
      { path: core, pathNot: ground },
    ),
    ...shared.map((name) =>
      rule(
        `shared-${name}`,
        `core/${name} is pure and shared: it knows the ground, the ports and ${knows[name].join(', ') || 'nothing else'}.`,
        { path: `^src/core/${name}/` },
        { path: core, pathNot: [ground, pages, ...[name, ...knows[name]].map((k) => `^src/core/${k}/`)] },
      ),
    ),
    rule(
      'steps-apart',
      'Steps never call each other; they meet in the stored request. core/work, which does the due work, may call them all.',
      { path: `^src/core/(${steps.join('|')})/` },
      { path: `^src/core/(${steps.join('|')}|work)/`, pathNot: '^src/core/$1/' },
    ),
    rule(
      'ports-know-words-only',
      'The ports are one page of types: they import no step and no rule.',
      { path: '^src/core/(ports/|ports[.]ts$)' },
      { path: `^src/core/(${steps.join('|')}|work|login|identity)/` },
    ),
    rule(
      'adapters-apart',
      'An adapter knows its SDK and the core, never another adapter.',
      { path: '^src/adapters/([^/]+)/' },
      { path: '^src/adapters/', pathNot: '^src/adapters/$1/' },
    ),
    rule(
      'adapters-know-the-core',
      'An adapter knows nothing of the bot beside the core: everything else is handed to it.',
      { path: '^src/adapters/' },
      { path: '^src/', pathNot: ['^src/adapters/', core] },
    ),
    rule(
      'config-at-the-top',
      'Only main and cli, and what they build the bot with, read the configuration.',
      { path: '^src/', pathNot: '^src/(main[.]ts|assemble[.]ts|platforms[.]ts|cli[.]ts|cli/|config[.]ts|config/)' },
      { path: '^src/config([.]ts|/)' },
    ),
    rule(
      'bot-without-sandbox',
      'The bot runs without the sandbox and does not know it.',
      { path: '^src/', pathNot: '^src/sandbox/' },
      { path: '^src/sandbox/' },
    ),
    rule(
      'sandbox-outside',
      'The sandbox drives the bot from outside, as a program: it may take the core and pure functions, never an adapter that talks to the world, and no main.',
      { path: '^src/sandbox/' },
      { path: '^src/', pathNot: ['^src/sandbox/', core, '^src/adapters/jose/'] },
    ),
    rule(
      'page-in-a-browser',
      'The page runs in a browser: of what is outside its folder it takes preact, the renderer of cards, and the types of what the sandbox tells it.',
      { path: web },
      { pathNot: [web, '(^|/)node_modules/(preact|adaptivecards)/', '^src/sandbox/(page/feed|slack/screen|teams/screen)[.]ts$'] },
    ),
    rule('page-apart', 'What runs in a browser is no part of any program.', { path: '^src/', pathNot: web }, { path: web }),
    sdk('preact', ['sandbox/page/web/'], ['preact']),
    sdk('adaptivecards', ['sandbox/page/web/teams/'], ['adaptivecards']),
    sdk('slack', ['adapters/slack/'], ['@slack/[^/]+']),
    sdk('teams', ['adapters/teams/connector[.]ts'], ['botbuilder', 'botbuilder-[^/]+', 'botframework-[^/]+']),
    sdk('entra', ['adapters/entra/'], ['@azure/[^/]+', '@microsoft/microsoft-graph-client']),
    sdk('queue', ['adapters/queue/'], ['bullmq', 'ioredis']),
    sdk('pg', ['adapters/cockroach/', 'adapters/store/', 'adapters/queue/', 'sandbox/'], ['pg', '@types/pg']),
    sdk('jose', ['adapters/jose/'], ['jose']),
    sdk('pino', ['adapters/log/'], ['pino']),
    sdk('prom-client', ['adapters/metrics/'], ['prom-client']),
    sdk('yaml', ['adapters/files/'], ['yaml']),
    rule(
      'threads-in-one-place',
      'What runs beside the event loop is begun in one folder, which ends what takes too long.',
      { path: '^src/', pathNot: '^src/adapters/linter/' },
      { path: '^(node:)?worker_threads$' },
    ),
    rule('known-imports-only', 'Every import leads somewhere that is installed.', { path: '^src/' }, { couldNotResolve: true }),
    rule(
      'no-test-code',
      'Nothing under src needs the tests or a development dependency. The sandbox may: it is a tool.',
      { path: '^src/', pathNot: '^src/sandbox/' },
      { path: '^(test|scripts)/' },
    ),
    rule(
      'no-dev-packages',
      'The bot runs from `npm ci --omit=dev`.',
      { path: '^src/', pathNot: '^src/sandbox/' },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    ),
    rule('no-dead-files', 'A file that nothing needs is deleted.', { path: '^src/', pathNot: programs, orphan: true }, {}),
    {
      name: 'no-unreached-files',
      comment: 'Every file is needed, directly or not, by main, cli or the sandbox.',
      severity: 'error',
      from: { path: programs },
      to: { path: '^src/', pathNot: programs, reachable: false },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json', '.d.ts'],
    },
    skipAnalysisNotInRules: false,
  },
};

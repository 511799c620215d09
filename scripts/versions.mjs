// `npm run -s versions > docs/versions.md`: the table of CockroachDB's versions as people read it, from the one that the code goes by.
import { areas, features, supports } from '../src/core/cluster/releases.ts';
import { played } from '../src/sandbox/cockroach/version.ts';

const written = (release) => `v${release.join('.')}`;

/** `v24.1.0 (also v23.1.17, v23.2.4)` */
function since({ since: [main, ...older], inferred }) {
  const also = older.length === 0 ? '' : ` (also ${older.map(written).join(', ')})`;
  return `${written(main)}${inferred ? '\\*' : ''}${also}`;
}

const row = (cells) => `| ${cells.join(' | ')} |`;

function table(area) {
  const rows = Object.entries(features)
    .filter(([, feature]) => feature.of === area)
    .map(([name, feature]) =>
      row([feature.says, since(feature), ...played.map((version) => (supports(version, name) ? 'yes' : '–')), feature.source]),
    );
  return [row(['What is so', 'From', ...played, 'Source']), row(Array.from({ length: played.length + 3 }, () => '---')), ...rows];
}

const sections = Object.entries(areas).flatMap(([area, title]) => ['', `## ${title}`, '', ...table(area)]);

console.log(
  [
    '# CockroachDB, version by version',
    '',
    'The bot works with CockroachDB v23.1.2 and later, and asks each cluster for its version. This is what differs, made of the table that the',
    'code goes by (`src/core/cluster/releases.ts`): `npm run -s versions > docs/versions.md`. A version that can’t be read counts as the newest.',
    '',
    'The columns in the middle are the versions that the [stand-in](sandbox-cockroach.md) is tested as, and the bot against it:',
    '`npm run sandbox -- --cockroach-version v24.1.8`. It can be started as any release in between.',
    '',
    '\\* The change was read in CockroachDB’s source; that this release is the first to carry it is inferred.',
    ...sections,
  ].join('\n'),
);

/** Which CockroachDB is played. */
import { parseVersion } from '../../core/cluster/version.ts';

/** One release of each way in which versions differ: what the stand-in is tested as (docs/versions.md). */
export const played = ['v23.1.5', 'v24.1.8', 'v25.2.4', 'v25.4.2', 'v26.1.0'] as const;
export const playedUnlessTold = 'v25.2.4';

const oldest = 'v23.1.0';

/**
 * A version as CockroachDB writes its own: `24.1` is `v24.1.0`.
 * @throws Error that says what would do
 */
export function readVersion(text: string): string {
  const release = /^v?\d+\.\d+(\.\d+)?$/.test(text) ? parseVersion(text) : null;
  if (release === null) throw new Error(`"${text}" is no version of CockroachDB; write one as v24.1.8`);
  const [major, minor] = release;
  if (major < 23 || (major === 23 && minor < 1))
    throw new Error(`"${text}" is older than the stand-in plays: ${oldest} and later`);
  return `v${release.join('.')}`;
}

/** What `SELECT version()` prints (pkg/build/info.go, Info.Short). */
export const banner = (version: string): string =>
  `CockroachDB CCL ${version} (x86_64-pc-linux-gnu, built 2025/07/28 12:00:00, go1.23.7)`;

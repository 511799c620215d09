/** Which CockroachDB is played, and what follows from it. */

/** `v25.2.4` as numbers. @throws Error for anything else */
function readVersion(version: string): readonly [number, number, number] {
  const parts = /^v?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (parts === null) throw new Error(`"${version}" is no CockroachDB version, such as v25.2.4`);
  return [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)];
}

export function atLeast(version: string, least: string): boolean {
  const [have, want] = [readVersion(version), readVersion(least)];
  for (const i of [0, 1, 2] as const) if (have[i] !== want[i]) return have[i] > want[i];
  return true;
}

/** What `SELECT version()` prints (pkg/build/info.go, Info.Short). */
export const banner = (version: string): string =>
  `CockroachDB CCL ${version} (x86_64-pc-linux-gnu, built 2025/07/28 12:00:00, go1.23.7)`;

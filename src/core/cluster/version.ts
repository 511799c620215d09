/** What `SELECT version()` says, compared: `CockroachDB CCL v24.3.0 (x86_64…)`, `v24.3.0`, `24.3`. */

export type Release = readonly [major: number, minor: number, patch: number];

const written = /(?:^|\s)v?(\d{1,3})\.(\d{1,2})(?:\.(\d{1,3}))?(?![\d])/;

/** @returns major, minor and patch (0 when it is not said); null: this is no CockroachDB version */
export function parseVersion(text: string): Release | null {
  const found = written.exec(text);
  return found === null ? null : [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
}

/** Whether this version is that release or a later one. A version that can't be read counts as the newest. */
export function atLeast(version: string, release: Release): boolean {
  const own = parseVersion(version) ?? [Infinity, 0, 0];
  const differing = own.findIndex((n, i) => n !== release[i]);
  return differing === -1 || (own[differing] ?? 0) > (release[differing] ?? 0);
}

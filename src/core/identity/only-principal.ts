/**
 * The one principal that an anchored pattern without wildcards matches (case aside); null: not of that kind. Such a pattern is always
 * valid RE2 and has no capturing group.
 */
export function onlyPrincipal(pattern: string): string | null {
  const found = /^(?:\(\?i\))?\^(\(\?:)?((?:[A-Za-z0-9@_'!~-]|\\[!-/:-@[-`{-~]|\\x23|\\[bB])+)(\))?\$$/.exec(pattern);
  const body = (found?.[1] === undefined) === (found?.[3] === undefined) ? found?.[2] : undefined;
  return body === undefined
    ? null
    : body
        .replace(/\\[bB]/g, '')
        .replaceAll('\\x23', '#')
        .replace(/\\(.)/g, '$1');
}

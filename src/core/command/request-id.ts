/**
 * The id of a request as somebody typed it: any case, and with the letters that look like digits. Crockford's base 32 reads `I` and
 * `L` as 1 and `O` as 0, and leaves out hyphens (crockford.com/base32.html).
 *
 * @returns the id as it is stored; null: it can't be one
 */
export function requestId(typed: string): string | null {
  const id = typed.replaceAll('-', '').replace(/^#/, '').toUpperCase().replace(/[IL]/g, '1').replaceAll('O', '0');
  return /^[0-9A-HJKMNP-TV-Z]{8}$/.test(id) ? id : null;
}

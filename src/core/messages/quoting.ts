/** How values are written into the command lines and URLs that people copy. Each place where one may stand has its own rules. */

/** A word of bash or zsh: as it is while it holds nothing that a shell reads, else in single quotes. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/**
 * A word of PowerShell: as it is while it holds nothing that PowerShell reads, else in single quotes, in which only they have a
 * meaning, doubled; the curly ones count as well (about_Quoting_Rules, about_Parsing).
 */
export function powershellWord(text: string): string {
  return /^[A-Za-z0-9_:/][\w:./-]*$/.test(text) ? text : `'${text.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
}

/** Percent-encoded, `!` too: an interactive shell would read it as a history reference even inside double quotes. */
export function urlPart(text: string): string {
  return encodeURIComponent(text).replaceAll('!', '%21');
}

/** A host name or an address; IPv6 stands in brackets (RFC 3986, section 3.2.2). */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

const home = /^(?:\$HOME|\$\{HOME\}|~)(?=\/|$)/;
const encoded = (path: string): string => path.split('/').map(urlPart).join('/');

/** A path inside a URL inside double quotes of bash: only a leading `$HOME` (or `~`) is left for the shell to read. */
export function shellPath(path: string): string {
  const found = home.exec(path)?.[0];
  return found === undefined ? encoded(path) : `$HOME${encoded(path.slice(found.length))}`;
}

/**
 * The same for PowerShell, whose `$HOME` has backslashes, a colon and perhaps spaces on Windows: encoded when it is read
 * (System.Uri.EscapeDataString).
 */
export function windowsPath(path: string): string {
  const found = home.exec(path)?.[0];
  return found === undefined ? encoded(path) : `$([uri]::EscapeDataString($HOME))${encoded(path.slice(found.length))}`;
}

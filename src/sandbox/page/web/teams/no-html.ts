/**
 * Stands for `window.trustedTypes` in Microsoft's renderer (scripts/build.mjs puts it there). As it is loaded, the renderer makes itself
 * policies that turn any text into HTML, which the page's own policy forbids (page/assets.ts): it gets none, and can empty an element at most.
 */
export const cardTrustedTypes = {
  emptyHTML: (globalThis as { trustedTypes?: { emptyHTML: unknown } }).trustedTypes?.emptyHTML ?? '',
  createPolicy: () => undefined,
};

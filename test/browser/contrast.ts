import type { Page } from 'playwright-core';

/** A text on the page, as it is printed. */
export interface Ink {
  readonly text: string;
  readonly colours: string;
  /** By w3.org/TR/WCAG22, "contrast ratio". */
  readonly ratio: number;
}

/**
 * Every visible text of the page with the contrast to the ground below it, after what flashes has calmed down. Looked at where it
 * stands: the colours are those that the browser computed.
 */
export async function contrasts(page: Page): Promise<Ink[]> {
  await page.evaluate('Promise.all(document.getAnimations().map((animation) => animation.finish()))');
  return await page.evaluate<Ink[]>(`(${inks.replace(/^\n/, '')})()`);
}

/** Runs in the browser; a text, because the tests are not compiled for one. */
const inks = `
() => {
  const parse = (css) => {
    const [r, g, b, a = 1] = css.match(/[\\d.]+/g).map(Number);
    return css.startsWith('color(') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const groundOf = (element) => {
    const layers = [];
    for (let e = element; e !== null; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const dialog = document.querySelector('dialog[open]');
  const walker = document.createTreeWalker(dialog ?? document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const element = walker.currentNode.parentElement;
    if (text === '' || !element.checkVisibility() || element.closest('.unseen, noscript, script')) continue;
    const ground = groundOf(element);
    const ink = over(parse(getComputedStyle(element).color), ground);
    const [bright, dim] = [light(ink), light(ground)].sort((a, b) => b - a);
    found.push({ text: text.slice(0, 40), colours: ink.map(Math.round) + ' on ' + ground.map(Math.round), ratio: (bright + 0.05) / (dim + 0.05) });
  }
  return found;
}`;

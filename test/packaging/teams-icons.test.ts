/** The icons of the Teams app are what Microsoft's page "Teams app package" asks for, and what the script draws. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { checkout } from './checkout.ts';
import { type Picture, picture } from './png.ts';

const shipped = (name: string): Picture => picture(readFileSync(join(checkout, 'manifests/teams', name)));
const pixels = ({ width, height, at }: Picture) =>
  Array.from({ length: width * height }, (_, i) => ({
    x: i % width,
    y: Math.floor(i / width),
    is: at(i % width, Math.floor(i / width)),
  }));

suite('the icons of the Teams app', () => {
  test('color.png is 192 by 192 and opaque, with its symbol in the middle 96 on one colour: the corners are cut off', () => {
    const color = shipped('color.png');
    assert.deepEqual([color.width, color.height], [192, 192]);
    const ground = color.at(0, 0).join();
    const inside = ({ x, y }: { readonly x: number; readonly y: number }) => x >= 48 && x < 144 && y >= 48 && y < 144;
    assert.ok(pixels(color).every(({ is }) => is[3] === 255));
    assert.ok(pixels(color).every((pixel) => inside(pixel) || pixel.is.join() === ground));
    const symbol = pixels(color).filter(({ is }) => is.join() !== ground).length;
    assert.ok(symbol > 96 * 96 * 0.3, `${symbol} pixels of a symbol`);
  });

  test('outline.png is 32 by 32, white on nothing, and reaches the edges', () => {
    const outline = shipped('outline.png');
    assert.deepEqual([outline.width, outline.height], [32, 32]);
    const drawn = pixels(outline).filter(({ is }) => is[3] > 0);
    assert.ok(pixels(outline).every(({ is: [red, green, blue] }) => red === 255 && green === 255 && blue === 255));
    assert.ok(drawn.length > 100 && drawn.length < 32 * 32 * 0.5, `${drawn.length} pixels are drawn`);
    const extent = (axis: 'x' | 'y') => [Math.min(...drawn.map((p) => p[axis])), Math.max(...drawn.map((p) => p[axis]))];
    const [top = 99, bottom = 0] = extent('y');
    assert.ok(top <= 1 && bottom >= 30, `from ${top} to ${bottom}`);
    assert.equal(outline.at(0, 0)[3], 0);
  });

  test('are what scripts/teams-icons.mjs draws', () => {
    const folder = mkdtempSync(join(tmpdir(), 'crdb-access-icons-'));
    try {
      const { status, stderr } = spawnSync(process.execPath, ['scripts/teams-icons.mjs', '--out', folder], {
        cwd: checkout,
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      for (const name of ['color.png', 'outline.png'])
        assert.deepEqual(pixels(picture(readFileSync(join(folder, name)))), pixels(shipped(name)), name);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

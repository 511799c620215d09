/**
 * Runs contracts in a process of their own each: Node.js reads NODE_EXTRA_CA_CERTS only when a process starts (docs, "CLI"), and the bot
 * must be tested with the trust that it has in production, not with one made for tests.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { authority } from '../../src/sandbox/certs.ts';

/**
 * @param contracts file names beside `from`, each a test file that is started here alone
 * @param folderVariable what the process finds the CA's folder in
 */
export function inTrustingProcesses(from: string, contracts: readonly string[], folderVariable: string): void {
  for (const name of contracts) {
    test(`in a process that trusts the CA: ${name}`, async (t) => {
      const dir = mkdtempSync(join(tmpdir(), `${folderVariable.toLowerCase()}-`));
      try {
        const { caFile } = await authority(dir, 'entra');
        const { code, out } = await run(fileURLToPath(new URL(name, from)), {
          NODE_EXTRA_CA_CERTS: caFile,
          [folderVariable]: dir,
        });
        const results = [...out.matchAll(/^(not )?ok \d+ - (.*)$/gm)];
        assert.ok(results.length > 3, out);
        for (const [, not, title = ''] of results) await t.test(title, () => assert.equal(not, undefined, out));
        assert.equal(code, 0, out);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    });
  }
}

function run(file: string, env: Record<string, string>): Promise<{ code: number | null; out: string }> {
  // Without this, the runner of the child would talk to the runner of this process instead of printing.
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--test-reporter=tap', '--test-reporter-destination=stdout', file],
    {
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (some: Buffer) => {
      out += some.toString();
    });
  }
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done({ code, out }));
  });
}

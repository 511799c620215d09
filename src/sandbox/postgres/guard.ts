/** PostgreSQL runs in a process group of its own; when whoever started it is killed, it must not stay behind for ever. */
import { spawn } from 'node:child_process';

/**
 * Ends the process `pid` (as Ctrl-C would) once this process is gone, however it went: a shell waits for the other end of a pipe to
 * close, which the kernel does.
 * It waits with words of its own: `cat` may not be on PATH.
 * @returns lets go of it; call it when the process has ended, so that its number is nobody else's by then
 */
export function endWithUs(pid: number): () => void {
  const shell = spawn('/bin/sh', ['-c', `while read -r _; do :; done; kill -INT ${pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => undefined); // no shell, no guard: the next start takes over what was left
  shell.unref();
  (shell.stdin as unknown as { unref?: () => void }).unref?.();
  return () => {
    shell.kill('SIGKILL');
  };
}

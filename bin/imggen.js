#!/usr/bin/env node
// Checks the Node version before anything else is loaded: an older one would crash in a native module instead of saying so.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major > 22 || (major === 22 && minor >= 14)) {
  // Started by an older Node (below): end with it, whatever ended it.
  if (process.channel) {
    process.channel.unref();
    process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  }
  // React's development build is slower and warns.
  process.env.NODE_ENV ??= 'production';
  // A long run must need no more memory than a short one: V8 collects in small steps instead of letting the heap grow
  // fourfold first. Where that costs more than it saves, src/terminal/memory.ts takes it back.
  (await import('node:v8')).setFlagsFromString('--optimize-for-size');
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const { main } = await import('../dist/bundle/cli.js');
  process.exitCode = await main(process.argv);
} else {
  const right = [
    '../node_modules/node/bin/node',
    '../../node/bin/node',
    '../node_modules/node/bin/node.exe',
    '../../node/bin/node.exe',
  ]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
  if (right) startWith(right, (await import('node:child_process')).spawn);
  else {
    process.stderr.write(
      `imggen needs Node 22.14 or newer, and this is ${process.versions.node}: install a newer Node (https://nodejs.org) and try again.\n`,
    );
    process.exitCode = 2;
  }
}

function startWith(node, spawn) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C to the child itself.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on('error', (error) => {
    process.stderr.write(`imggen could not start ${node}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 1);
  });
}

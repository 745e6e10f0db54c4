/**
 * `npm run bench` measures everything, `npm run bench -- NAME …` some of it. A figure over its target is told, and
 * fails the command only with `--strict`: machines are busy.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Benchmark, Figure } from './bench.ts';
import { faces } from './faces.ts';
import { startUp } from './start-up.ts';
import { local } from './local.ts';
import { runner } from './runner.ts';
import { ledgerBenchmark } from './ledger.ts';
import { memory } from './memory.ts';
import { paid } from './paid.ts';
import { upload } from './upload.ts';

const ALL: readonly Benchmark[] = [startUp, local, runner, ledgerBenchmark, memory, paid, upload, faces];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { strict: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !ALL.some((one) => one.name === name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are ${ALL.map((one) => one.name).join(', ')}`);
  process.exitCode = 2;
} else {
  await measure(ALL.filter((one) => positionals.length === 0 || positionals.includes(one.name)));
}

async function measure(benchmarks: readonly Benchmark[]): Promise<void> {
  const [cpu] = cpus();
  console.log(
    `${cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${process.platform}, node ${process.versions.node}, ` +
      `${new Date().toISOString().slice(0, 10)}\n`,
  );
  const table: { group: string; figures: Figure[] }[] = [];
  for (const one of benchmarks) {
    const start = Date.now();
    const figures = await one.run();
    console.log(`${one.name}: ${one.says} (${Math.round((Date.now() - start) / 1000)} s)`);
    for (const figure of figures) console.log(`  ${line(figure)}`);
    console.log('');
    table.push({ group: one.name, figures });
  }
  console.log('| benchmark | figure | measured | target | against |\n|---|---|---|---|---|');
  for (const { group, figures } of table) {
    for (const figure of figures)
      console.log(
        `| ${group} | ${figure.what} | ${figure.measured} | ` +
          `${[figure.target, verdict(figure)].filter(Boolean).join(' ')} | ${figure.floor ?? ''} |`,
      );
  }
  const over = table.flatMap((one) => one.figures).filter((figure) => figure.ok === false);
  console.log(over.length === 0 ? '\nevery target is kept' : `\n${over.length} over their target`);
  if (over.length > 0 && values.strict) process.exitCode = 1;
}

function line(figure: Figure): string {
  return [
    figure.what,
    figure.measured,
    figure.target === undefined ? '' : `(target ${figure.target}: ${verdict(figure)})`,
    figure.floor === undefined ? '' : `[${figure.floor}]`,
  ]
    .filter(Boolean)
    .join('  ');
}

function verdict(figure: Figure): string {
  return figure.ok === undefined ? '' : figure.ok ? 'ok' : 'OVER';
}

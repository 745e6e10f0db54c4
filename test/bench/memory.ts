/** Peak memory must not grow with the job. */
import { atMost, BINARY, inFolder, inTurns, middle, runNode, type Benchmark, type Figure } from './bench.ts';
import { writeConfig } from './config.ts';

const FEW = 100;
const MANY = 10_000;
const TARGET_MIB = 20;

export const memory: Benchmark = {
  name: 'memory',
  says: `peak memory of a pack of ${MANY.toLocaleString('en')} tiny pictures against one of ${FEW}`,
  run: async () => {
    const figures: Figure[] = [];
    for (const [view, flag] of [
      ['lines', '--no-ink'],
      ['--json', '--json'],
    ] as const) {
      const pack = (count: number) => () =>
        inFolder(async (cwd) => {
          await writeConfig(cwd, { provider: 'local', size: '64x64', concurrency: 16 });
          return runNode([BINARY, 'pack', '--count', String(count), '--no-thumbnails', flag], { cwd, usage: true });
        });
      const fewRuns = (await inTurns(3, { few: pack(FEW) }))('few');
      const manyRuns = (await inTurns(1, { many: pack(MANY) }))('many');
      const [few, many] = [middle(fewRuns, 'peakMiB'), middle(manyRuns, 'peakMiB')];
      figures.push(
        atMost(`${view}: ${many.toFixed(0)} MiB, more by`, many - few, TARGET_MIB, {
          unit: ' MiB',
          digits: 1,
          floor: `${FEW} pictures: ${few.toFixed(0)} MiB`,
        }),
      );
      figures.push({
        what: `${view}: time of one tiny picture`,
        measured: `${(middle(manyRuns, 'wallMs') / MANY).toFixed(2)} ms`,
      });
    }
    return figures;
  },
};

/** Pictures a second of the local provider, against the same drawing in a bare loop. */
import { join } from 'node:path';
import { atMost, BINARY, inFolder, inTurns, middle, ROOT, runNode, type Benchmark, type Ended } from './bench.ts';
import { writeConfig } from './config.ts';

const ROUNDS = 5;
const PICTURES = 11;

export const local: Benchmark = {
  name: 'local',
  says:
    `${PICTURES} pictures at 1024×1024 of the local provider, one process each, ` +
    'against dicebear, sharp and writeFile in a loop',
  run: async () => {
    const ours = (flags: readonly string[]) => () =>
      inFolder(async (cwd): Promise<Ended> => {
        await writeConfig(cwd, { provider: 'local', size: '1024x1024', concurrency: 4 });
        return runNode([BINARY, 'create-character', '--no-ink', ...flags], { cwd, usage: true });
      });
    const runs = await inTurns(ROUNDS, {
      bare: () =>
        inFolder((cwd) => runNode([join(ROOT, 'test/programs/bare-local.ts'), cwd, '1024', '4'], { cwd, usage: true })),
      plain: ours(['--no-thumbnails']),
      whole: ours([]),
    });
    const [bare, plain, whole] = [
      middle(runs('bare'), 'wallMs'),
      middle(runs('plain'), 'wallMs'),
      middle(runs('whole'), 'wallMs'),
    ];
    const perSecond = (ms: number) => `${((PICTURES * 1000) / ms).toFixed(1)}/s`;
    const cpuOf = (name: Parameters<typeof runs>[0]) => middle(runs(name), 'cpuMs');
    const timesCpu = (name: Parameters<typeof runs>[0]) => `CPU ${(cpuOf(name) / cpuOf('bare')).toFixed(2)}×`;
    const floor = `bare loop: ${(bare / 1000).toFixed(2)} s, ${perSecond(bare)}, ${cpuOf('bare').toFixed(0)} ms CPU`;
    return [
      atMost('create-character, ledger and thumbnails included', whole / 1000, 3, { unit: ' s', floor }),
      {
        what: 'the same against the bare loop',
        measured: `${(whole / bare).toFixed(2)}× (${perSecond(whole)}, ${timesCpu('whole')})`,
        floor,
      },
      {
        what: 'without thumbnails',
        measured: `${(plain / bare).toFixed(2)}× (${perSecond(plain)}, ${timesCpu('plain')})`,
        floor,
      },
    ];
  },
};

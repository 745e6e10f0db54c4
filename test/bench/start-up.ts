/** How long nothing takes: `--help`, and one tiny picture, against node itself. */
import { atMost, BINARY, inFolder, inTurns, middle, runNode, type Benchmark } from './bench.ts';
import { writeConfig } from './config.ts';

const ROUNDS = 15;

export const startUp: Benchmark = {
  name: 'start-up',
  says: 'start-up against `node -e 0`',
  run: () =>
    inFolder(async (cwd) => {
      await writeConfig(cwd, { provider: 'local', size: '64x64' });
      const trivial = [BINARY, 'pack', '--count', '1', '--new', '--json'];
      // fills the compile cache, as the first run after an installation does
      await runNode([BINARY, '--help'], { cwd });
      await runNode(trivial, { cwd });
      const runs = await inTurns(ROUNDS, {
        node: () => runNode(['-e', '0'], { cwd }),
        help: () => runNode([BINARY, '--help'], { cwd }),
        pack: () => runNode(trivial, { cwd }),
      });
      const [node, help, pack] = [
        middle(runs('node'), 'wallMs'),
        middle(runs('help'), 'wallMs'),
        middle(runs('pack'), 'wallMs'),
      ];
      const floor = `node -e 0: ${node.toFixed(0)} ms`;
      return [
        atMost(`imggen --help (${help.toFixed(0)} ms)`, help / node, 2, { unit: '×', floor }),
        {
          what: 'imggen pack --count 1 at 64×64, picture saved',
          measured: `${(pack / node).toFixed(2)}× (${pack.toFixed(0)} ms)`,
          floor,
        },
      ];
    }),
};

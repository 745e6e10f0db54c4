/** Several jobs of one run are opened together. */
import { expect, it, onTestFinished } from 'vitest';
import { creations } from '../../src/app/create.ts';
import { openProject } from '../../src/app/project.ts';
import { runJobs } from '../../src/app/run-jobs.ts';
import { UserError } from '../../src/errors.ts';
import { processHost } from '../../src/host.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { STORES } from '../../src/storage/index.ts';
import { newFolder, removeFolder } from '../support/jobs.ts';

it('a job that can not be opened leaves none of the others behind, to be bought by a later run', async () => {
  const folder = newFolder('open');
  onTestFinished(() => removeFolder(folder));
  const project = await openProject(processHost({ cwd: folder, env: {} }), {
    config: { character: { name: 'Mira', gender: 'woman', seed: 7 }, size: '64x64' },
    registries: { providers: PROVIDERS, stores: STORES },
  });
  const [first] = await creations([project], {});
  const second = {
    ...first!,
    open: () => {
      throw new UserError('the key names another job');
    },
  };
  const signals = { drain: new AbortController().signal, abort: new AbortController().signal };
  const run = runJobs(project, [first!, second], {}, { signals, emit: () => {} });
  await expect(run).rejects.toThrow('the key names another job');
  expect(project.ledger.open().jobs.open()).toEqual([]);
  project.ledger.close();
});

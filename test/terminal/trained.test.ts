/** What a training came to, in words: each end names the command that helps. */
import { expect, it } from 'vitest';
import type { Trained } from '../../src/app/trained.ts';
import { trainedLines } from '../../src/terminal/trained.ts';

const ENDED: Trained = {
  status: 'all-failed',
  jobId: '2',
  characterId: 'mira-sol',
  characterName: 'Mira Sol',
  provider: 'fal',
  trainer: 'fal-ai/flux-lora-fast-training',
  lora: null,
  isNew: false,
  isHeld: false,
  isLive: false,
  isWaiting: false,
  costUsd: 0,
  reservedUsd: 0,
  capNeeded: null,
  message: 'fal is down',
};

const told = (more: Partial<Trained>) =>
  trainedLines({ ...ENDED, ...more }, '/', (text) => `imggen ${text}`).join('\n');

it('a training that failed is trained again by a retry, one that waits goes on by a resume', () => {
  expect(told({})).toContain('failed: fal is down\n  `imggen retry 2` trains again');
  expect(told({ isWaiting: true })).toContain('is not done: fal is down\n  `imggen resume 2` goes on');
  expect(told({ isLive: true, status: 'unsettled' })).toContain('`imggen resume 2` collects it');
  expect(told({ status: 'interrupted', isWaiting: true })).toContain('`imggen resume 2` goes on');
  expect(told({ status: 'interrupted' })).toContain('was canceled: fal is down\n  `imggen retry 2` takes it up again');
  expect(told({ isHeld: true, status: 'unsettled' })).toContain('`imggen retry --unknown 2` pays again');
});

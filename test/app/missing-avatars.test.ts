/** Pictures that wait for avatars that are missing: each answer frees its own, nothing else is counted or held up. */
import { expect, it, onTestFinished } from 'vitest';
import { agree } from '../../src/app/agreement.ts';
import { LedgerFile } from '../../src/app/ledger-file.ts';
import { Refusals } from '../../src/app/refusals.ts';
import { summarize } from '../../src/app/summary.ts';
import { freeWaiting } from '../../src/app/without-face.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Job } from '../../src/ledger/records.ts';
import { exitCodeOf } from '../../src/terminal/exit-codes.ts';
import { summaryOf } from '../../src/terminal/summary.ts';
import { makeJob, plannedShot, ready } from '../support/jobs.ts';
import { openLedgers, type Ledgers } from '../support/ledgers.ts';
import { picture, provider } from '../support/runner-rig.ts';

const training = (n: number) => Array.from({ length: n }, (_, i) => plannedShot(`training-${i + 1}`, 'training'));

/** A job of an avatar that was refused, with pictures of the same job behind it. */
function refusedAvatar(ledgers: Ledgers, ledger: Ledger, { key, pictures }: { key: string; pictures: number }): Job {
  const job = makeJob(ledger, ledgers.folder, {
    kind: 'create',
    key,
    fingerprint: key,
    shots: [plannedShot('avatar', 'avatar'), ...training(pictures)],
    settings: { needsFace: true, caps: { perRunMicros: 120 } },
  });
  const { lease } = ledgers.claimed(ledger, [job.id]);
  ledger.attempts.failed(lease, {
    failure: 'refused',
    message: 'm',
    settlement: { state: 'released' },
    shot: { state: 'refused' },
  });
  return ledger.jobs.find(job.id)!;
}

function scene() {
  const ledgers = openLedgers();
  const file = new LedgerFile(ledgers.file, { now: () => ledgers.nowMs });
  onTestFinished(() => file.close());
  const ledger = file.open();
  const paper = ready(provider({ submit: async (request) => picture(request.shot) }));
  const ask = async (jobs: readonly Job[], confirm?: (question: string) => boolean) => {
    const planned = jobs.map((job) => ({
      characterId: 'mira',
      makesAvatar: true,
      settings: job.settings,
      before: job,
      alike: ledger.jobs.alike(job.id, ['queued']),
      open: () => job,
    }));
    const prepared = {
      jobs: planned,
      providers: new Map([['paper', paper]]),
      references: new Map(),
      refusals: new Refusals(),
    };
    return agree({ ledger: file, services: { drawing: new Set<string>() } }, prepared, confirm);
  };
  return { ledgers, ledger, ask };
}

it('what waits for a missing avatar is not sent, so its price passes no cap', async () => {
  const { ledgers, ledger, ask } = scene();
  // Three at 50 each would pass the cap of 120.
  const job = refusedAvatar(ledgers, ledger, { key: 'a', pictures: 3 });
  const { refusals, notices } = await ask([job]);
  expect(refusals.told()).toEqual([]);
  expect(notices).toMatchObject([{ advice: { code: 'without-face', avatarJobId: String(job.id) } }]);
  const questions: string[] = [];
  await ask([job], (question) => questions.push(question) > 0);
  expect(questions).toMatchObject([
    expect.stringMatching(/without the face/),
    expect.stringMatching(/3 pictures may cost up to/),
  ]);
});

it('a yes frees the pictures behind one avatar, and not those behind another', async () => {
  const { ledgers, ledger, ask } = scene();
  const jobs = ['a', 'b'].map((key) => refusedAvatar(ledgers, ledger, { key, pictures: 2 }));
  const [first, second] = jobs as [Job, Job];
  // A third picture of the first job waits for the avatar of the second.
  const [one] = ledger.queries.shots(first.id, ['queued']);
  const avatarOfSecond = ledger.queries.shots(second.id, ['refused'])[0]!;
  ledgers.db.prepare('UPDATE shots SET after_shot = ? WHERE id = ?').run(avatarOfSecond.id, one!.id);
  const { withoutFace } = await ask([first], (question) => question.includes(`job ${second.id}`));
  freeWaiting(ledger, [first], { agreed: withoutFace, drawing: new Set() });
  ledger.jobs.openRun([first.id]).leave();
  expect(ledger.jobs.waitingForFace(first.id)).toMatchObject([{ avatarJobId: first.id, shots: 1 }]);
  const claimable = ledger.claims.candidate([first.id]);
  expect(claimable).toMatchObject({ kind: 'candidate', shot: { id: one!.id } });
});

it('a job whose pictures wait for the failed avatar of another one has not been made, and says which', () => {
  const { ledgers, ledger } = scene();
  const maker = refusedAvatar(ledgers, ledger, { key: 'a', pictures: 0 });
  const avatar = ledger.queries.shots(maker.id, ['refused'])[0]!;
  const job = makeJob(ledger, ledgers.folder, { key: 'b', fingerprint: 'b', kind: 'create', shots: training(2) });
  ledgers.db.prepare('UPDATE shots SET after_shot = ? WHERE job_id = ?').run(avatar.id, job.id);
  const result = summarize(ledger, [job], { stop: undefined, durationMs: 0, canAsk: () => false });
  expect(result.status).toBe('all-failed');
  expect(exitCodeOf(result)).toBe(6);
  const { warnings, next } = summaryOf(result, '/', (command) => `imggen ${command}`);
  expect(warnings).toEqual([
    `2 pictures of job ${job.id} wait for the avatar (refused in job ${maker.id}): none is made without the face`,
  ]);
  expect(next).toEqual([`imggen retry ${maker.id}`]);
});

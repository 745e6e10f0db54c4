/** Training pictures that wait for the avatar of another job never wait for one that nobody makes. */
import { describe, expect, it } from 'vitest';
import { makeJob, plannedShot } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

/** A job whose training picture waits for the avatar of another job. */
function waiting() {
  const ledgers = openLedgers();
  const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
  const { settings, ...made } = makeJob(a, ledgers.folder, { shots: [plannedShot('avatar', 'avatar')], key: 'avatar' });
  const { id: imageId } = finish(a, ledgers.claimed(a, [made.id]));
  const takes = [{ imageId, seedOf: () => 99 }];
  const { job: take } = a.jobs.reroll({ takes, settings, fingerprint: 'take', priority: 1 });
  const job = makeJob(a, ledgers.folder, { shots: [plannedShot('training-01', 'training')], key: 'create' });
  a.jobs.waitForAvatar(job.id);
  return { ledgers, a, b, take, job };
}

const WAITS = { kind: 'wait', reason: 'others' };

describe('a picture that waits for the avatar of another job', () => {
  it('waits while a run, this one or another, works on that job', () => {
    const { ledgers, a, b, take, job } = waiting();
    expect(ledgers.claimed(a, [job.id, take.id]).shot.name).toBe('avatar');
    expect(ledgers.claim(b, [job.id])).toMatchObject(WAITS);
    expect(ledgers.claim(a, [job.id])).toMatchObject(WAITS);
    expect(b.claims.idleBlockers(job.id, [job.id])).toEqual([]);
  });

  it('waits for a run that has that job and has not begun it', () => {
    const { ledgers, a, b, take, job } = waiting();
    a.jobs.openRun([take.id]);
    expect(ledgers.claim(b, [job.id])).toMatchObject(WAITS);
  });

  it('keeps no run waiting when nobody works on that job', () => {
    const { ledgers, a, b, take, job } = waiting();
    a.jobs.openRun([take.id]);
    ledgers.ended.add('a');
    expect(ledgers.claim(b, [job.id])).toEqual({ kind: 'none' });
    expect(b.claims.idleBlockers(job.id, [job.id])).toEqual([take.id]);
  });

  it('keeps no run waiting that makes nothing more of that job itself', () => {
    const { ledgers, a, take, job } = waiting();
    a.jobs.openRun([job.id, take.id]);
    expect(ledgers.claim(a, [job.id])).toEqual({ kind: 'none' });
  });

  it('is free when that job is canceled', () => {
    const { ledgers, a, take, job } = waiting();
    a.jobs.cancel(take.id);
    expect(ledgers.claimed(a, [job.id]).shot.name).toBe('training-01');
  });

  it.each(['unsent', 'failed'] as const)('is free when that job is canceled under way, and its shot %s', (end) => {
    const { ledgers, a, b, take, job } = waiting();
    const { lease } = ledgers.claimed(a, [take.id]);
    b.jobs.cancel(take.id);
    expect(ledgers.claim(b, [job.id])).toMatchObject(WAITS);
    if (end === 'unsent') a.attempts.unsent(lease);
    else
      a.attempts.failed(lease, {
        failure: 'unavailable',
        message: 'm',
        settlement: { state: 'released' },
        shot: { state: 'queued', notBeforeMs: 0, uncounted: false },
      });
    expect(ledgers.claimed(b, [job.id]).shot.name).toBe('training-01');
  });

  it('is freed by the next run when the shot it waits for ended before', () => {
    const { ledgers, a, take, job } = waiting();
    ledgers.db.prepare(`UPDATE shots SET state = 'canceled' WHERE job_id = ?`).run(take.id);
    a.jobs.openRun([job.id]);
    expect(ledgers.claimed(a, [job.id]).shot.name).toBe('training-01');
  });
});

/** A provider that can only be asked by its id, and a ledger that does not take that id. */
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/providers/provider.ts';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider, type Rig } from '../support/runner-rig.ts';

/** Gives each request an id, and the picture for it. */
function blind(more: Partial<Provider> = {}): { service: Provider; sent: () => number } {
  let sent = 0;
  const service = provider({
    submit: async () => ({ state: 'accepted', remoteId: `r${(sent += 1)}` }),
    collect: async ({ remoteId }) => picture(remoteId),
    ...more,
  });
  return { service, sent: () => sent };
}

/** The ledger takes no remote id until the function that is returned is called. */
function deaf(rig: Rig, seen: () => void = () => {}): () => void {
  const { attempts } = rig.ledger;
  const accepted = attempts.accepted.bind(attempts);
  attempts.accepted = () => {
    seen();
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };
  return () => (attempts.accepted = accepted);
}

/** A job whose one request was accepted, and whose remote id the ledger did not take; it takes it from now on. */
async function unheard(rig: Rig) {
  const { service, sent } = blind();
  const job = rig.job({ shots: galleryShots(1) });
  const hear = deaf(rig);
  await rig.run(job, [service]);
  hear();
  return { service, sent, job };
}

const partsOf = (rig: Rig) => join(rig.output, 'mira', '.parts');
const ids = (rig: Rig) => readdirSync(partsOf(rig)).filter((name) => name.endsWith('.id'));

describe('a remote id that the ledger does not take', () => {
  it('lies beside the answer before the ledger is told, and the next run collects the picture: paid once', async () => {
    const rig = openRig();
    const { service, sent } = blind();
    const job = rig.job({ shots: galleryShots(1) });
    let whenTold: string[] = [];
    const hear = deaf(rig, () => (whenTold = ids(rig)));
    expect((await rig.run(job, [service])).stop).toMatchObject({ reason: 'disk' });
    expect(whenTold).toHaveLength(1);
    expect(ids(rig)).toEqual(whenTold);
    hear();
    await rig.run(job, [service]);
    expect([rig.ledger.jobs.counts(job.id).done, sent()]).toEqual([1, 1]);
    expect(ids(rig)).toEqual([]);
  });

  it('is kept for a provider with a list, too: nothing has to be looked for', async () => {
    const rig = openRig();
    const { service, sent } = blind({ find: () => Promise.reject(failure('unavailable')) });
    const job = rig.job({ shots: galleryShots(1) });
    const hear = deaf(rig);
    await rig.run(job, [service]);
    hear();
    await rig.run(job, [service]);
    expect([rig.ledger.jobs.counts(job.id).done, sent()]).toEqual([1, 1]);
  });

  it('is put beside the ledger where the folder of the pictures is gone', async () => {
    const rig = openRig();
    const { service, sent } = blind();
    const job = rig.job({ shots: galleryShots(1) });
    const hear = deaf(rig);
    const submit = service.submit.bind(service);
    service.submit = async (request, call) => {
      const submission = await submit(request, call);
      rmSync(rig.output, { recursive: true });
      writeFileSync(rig.output, 'no folder');
      return submission;
    };
    await rig.run(job, [service]);
    hear();
    rmSync(rig.output);
    await rig.run(job, [service]);
    expect([rig.ledger.jobs.counts(job.id).done, sent()]).toEqual([1, 1]);
  });

  it('brings a shot back that is held in doubt since its file could not be reached', async () => {
    const rig = openRig();
    const { service, sent, job } = await unheard(rig);
    const [name = ''] = ids(rig);
    const text = JSON.stringify({ provider: 'paper', remoteId: 'r1' });
    rmSync(rig.output, { recursive: true });
    await rig.run(job, [service]);
    expect(rig.ledger.jobs.counts(job.id).held).toBe(1);
    mkdirSync(partsOf(rig), { recursive: true });
    writeFileSync(join(partsOf(rig), name), text);
    await rig.run(job, [service]);
    expect([rig.ledger.jobs.counts(job.id).done, sent()]).toEqual([1, 1]);
  });

  it('is taken from no link, no other provider and nothing that is no id: the shot is held', async () => {
    for (const text of ['{}', 'r1', JSON.stringify({ provider: 'other', remoteId: 'r1' }), undefined]) {
      const rig = openRig();
      const { service, sent, job } = await unheard(rig);
      const file = join(partsOf(rig), ids(rig)[0] ?? '');
      rmSync(file);
      const elsewhere = join(rig.folder, 'elsewhere');
      writeFileSync(text === undefined ? elsewhere : file, text ?? '{"provider":"paper","remoteId":"r1"}');
      if (text === undefined) symlinkSync(elsewhere, file);
      await rig.run(job, [service]);
      expect([rig.ledger.jobs.counts(job.id).held, sent()]).toEqual([1, 1]);
      expect(text !== undefined || existsSync(elsewhere)).toBe(true);
    }
  });

  it('leaves no file behind of a process that died once the ledger had it, should the next one die, too', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    const stop = new AbortController();
    const stopped = blind({
      collect: async () => {
        stop.abort();
        return { state: 'running', why: 'it works' };
      },
    });
    await rig.run(job, [stopped.service], { options: { drain: stop.signal } });
    writeFileSync(join(partsOf(rig), 'key-1.part.id'), JSON.stringify({ provider: 'paper', remoteId: 'r1' }));
    let whenAsked: string[] = ['not asked'];
    const collect: Provider['collect'] = async ({ remoteId }) => {
      whenAsked = ids(rig);
      return picture(remoteId);
    };
    await rig.run(job, [blind({ collect }).service]);
    expect([whenAsked, rig.ledger.jobs.counts(job.id).done]).toEqual([[], 1]);
  });

  it.each([
    ['is taken from a file that was written whole and not yet named', 1, { done: 1, held: 0 }],
    ['is not taken from half a file, which goes', 0.5, { done: 0, held: 1 }],
  ])('%s when its process was killed', async (_, share, counts) => {
    const rig = openRig();
    const { service, sent, job } = await unheard(rig);
    const file = join(partsOf(rig), ids(rig)[0] ?? '');
    rmSync(file);
    const text = JSON.stringify({ provider: 'paper', remoteId: 'r1' });
    writeFileSync(`${file}.reserved`, text.slice(0, Math.floor(text.length * share)));
    await rig.run(job, [service]);
    expect([rig.ledger.jobs.counts(job.id), sent()]).toMatchObject([counts, 1]);
    expect(readdirSync(partsOf(rig))).toEqual([]);
  });

  it('leaves no file behind when the ledger takes it', async () => {
    const rig = openRig();
    await rig.run(rig.job({ shots: galleryShots(3) }), [blind().service]);
    expect(readdirSync(partsOf(rig))).toEqual([]);
  });
});

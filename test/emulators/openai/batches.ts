/**
 * OpenAI's files and batches, emulated from the types of its package 7.55.0 and its guide: a line is charged, at half
 * the price, the moment it is made. Operations for faults: `upload`, `submit` (a batch), `poll`, `list`, `content`,
 * `cancel`.
 */
import { randomUUID } from 'node:crypto';
import type { Answer, Call, Route } from '../service.ts';
import { refuse, Refusal } from './refusal.ts';
import { type BatchLine, bodyOf, checkedLines, type StoredBatch, understandBatch, uploaded } from './batch-rules.ts';
import { fieldsOf } from './requests.ts';

/** How batches go; may be changed while the emulator runs. */
export interface BatchControl {
  /** Time until a batch ends, in ms. Default 0: it has ended before it is answered. */
  batchMs: number;
  /** Lines that are made before a batch ends. Default: all. */
  made: number;
  /** How batches end. Default `completed`. */
  ends: 'completed' | 'expired' | 'cancelled';
  /** A batch is in the list this long after it was made, in ms. Default 0. */
  listLagMs: number;
  /** Puts this in place of the lines of answers, also broken. */
  garble?: ((line: string) => string) | undefined;
}

type Handle = (call: Call) => Answer | Promise<Answer>;

/** Routes of files and batches. @param make how single requests are answered, by their path. */
export function batchRoutes(
  control: BatchControl,
  batches: StoredBatch[],
  make: Readonly<Record<string, Handle>>,
): Route[] {
  const files = new Map<string, string>();

  async function create(call: Call): Promise<Answer> {
    const asked = understandBatch(fieldsOf(call));
    const text = files.get(asked.inputId);
    if (text === undefined)
      return refuse(400, `Invalid 'input_file_id': ${asked.inputId}.`, { param: 'input_file_id' });
    const { lines, problems } = checkedLines(text, asked.endpoint);
    const id = `batch_${randomUUID().replaceAll('-', '')}`;
    const status = problems.length > 0 ? 'failed' : 'in_progress';
    const batch: StoredBatch = { ...asked, id, createdMs: call.now(), status, lines, problems, output: [], errors: [] };
    batches.push(batch);
    await settleAll(call);
    return { body: bodyOf(batch) };
  }

  // One call after the other: a line is made once.
  let settling: Promise<unknown> = Promise.resolve();
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = settling.then(work);
    settling = done.catch(() => {});
    return done;
  }

  const settleAll = (call: Call): Promise<void> => inTurn(() => settleEach(call));

  async function settleEach(call: Call): Promise<void> {
    for (const batch of batches) await settle(batch, call);
  }

  function cancelled(batch: StoredBatch): void {
    end(batch, 'cancelled', 'batch_cancelled', 'This request was cancelled before it was executed.');
  }

  async function settle(batch: StoredBatch, call: Call): Promise<void> {
    if (batch.status === 'cancelling') {
      cancelled(batch);
      return;
    }
    if (batch.status !== 'in_progress') return;
    const isOver = call.now() >= batch.createdMs + control.batchMs;
    await makeLines(batch, call, isOver ? Math.min(control.made, batch.lines.length) : 0);
    if (!isOver) return;
    if (control.ends === 'cancelled') cancelled(batch);
    else
      end(
        batch,
        control.ends,
        'batch_expired',
        'This request could not be executed before the completion window expired.',
      );
  }

  async function makeLines(batch: StoredBatch, call: Call, most: number): Promise<void> {
    for (const line of batch.lines.slice(batch.output.length + batch.errors.length, most)) {
      const answer = await answerTo(line, call);
      const status = answer.status ?? 200;
      const told = {
        id: `batch_req_${randomUUID().replaceAll('-', '')}`,
        custom_id: line.custom_id,
        response: { status_code: status, request_id: `req_${randomUUID()}`, body: answer.body },
        error: null,
      };
      (status < 400 ? batch.output : batch.errors).push(JSON.stringify(told));
    }
  }

  async function answerTo({ url, body }: BatchLine, call: Call): Promise<Answer> {
    const charge: Call['charge'] = (one) => call.charge({ ...one, amountMicros: Math.ceil(one.amountMicros / 2) });
    try {
      const headers = { ...call.headers, 'content-type': 'application/json' };
      return (await make[url]?.({ ...call, headers, json: body, charge })) ?? refuse(404, 'Unknown url.');
    } catch (error) {
      if (error instanceof Refusal) return error.answer;
      throw error;
    }
  }

  function end(batch: StoredBatch, status: StoredBatch['status'], code: string, message: string): void {
    for (const { custom_id } of batch.lines.slice(batch.output.length + batch.errors.length))
      batch.errors.push(JSON.stringify({ id: 'batch_req_none', custom_id, response: null, error: { code, message } }));
    batch.status = status;
    const keep = (lines: readonly string[]): string => {
      const id = `file-${randomUUID().replaceAll('-', '')}`;
      files.set(
        id,
        `${lines
          .map(control.garble ?? ((line) => line))
          .toReversed()
          .join('\n')}\n`,
      );
      return id;
    };
    if (batch.output.length > 0) batch.outputId = keep(batch.output);
    if (batch.errors.length > 0) batch.errorId = keep(batch.errors);
  }

  function stored(call: Call): StoredBatch {
    const found = batches.find(({ id }) => id === call.params['id']);
    if (!found) throw new Refusal(refuse(404, `No batch found with id '${call.params['id']}'.`));
    return found;
  }

  return [
    { operation: 'upload', method: 'POST', path: '/v1/files', handle: (call) => uploaded(call, files) },
    {
      operation: 'content',
      method: 'GET',
      path: '/v1/files/:id/content',
      handle: (call) => {
        const text = files.get(call.params['id'] ?? '');
        return text === undefined
          ? refuse(404, `No such File object: ${call.params['id']}`)
          : { body: Buffer.from(text) };
      },
    },
    { operation: 'submit', method: 'POST', path: '/v1/batches', handle: create },
    {
      operation: 'list',
      method: 'GET',
      path: '/v1/batches',
      handle: (call) => {
        const listed = batches.filter(({ createdMs }) => call.now() >= createdMs + control.listLagMs).toReversed();
        const from = listed.findIndex(({ id }) => id === call.query.get('after')) + 1;
        const page = listed.slice(from, from + Math.min(Number(call.query.get('limit') ?? 20), 2));
        const more = from + page.length < listed.length;
        return { body: { object: 'list', data: page.map(bodyOf), has_more: more } };
      },
    },
    {
      operation: 'poll',
      method: 'GET',
      path: '/v1/batches/:id',
      handle: async (call) => {
        const batch = stored(call);
        await settleAll(call);
        return { body: bodyOf(batch) };
      },
    },
    {
      operation: 'cancel',
      method: 'POST',
      path: '/v1/batches/:id/cancel',
      handle: async (call) => {
        const batch = stored(call);
        if (batch.status !== 'in_progress')
          return refuse(409, `Cannot cancel a batch with status '${batch.status}'.`, { code: 'invalid_state' });
        await inTurn(async () => {
          if (batch.status !== 'in_progress') return;
          await makeLines(batch, call, Math.min(control.made, batch.lines.length));
          batch.status = 'cancelling';
        });
        return { body: bodyOf(batch) };
      },
    },
  ];
}

/** What Replicate answers: no, a model, a version, a page of the list. */
import type { Answer, Call } from '../service.ts';
import type { Model } from './models.ts';
import { modelBody, versionBody } from './model-bodies.ts';
import { type Prediction, predictionBody } from './prediction.ts';

export function problem(status: number, title: string, detail: string, more: object = {}): Answer {
  return { status, headers: { 'content-type': 'application/problem+json' }, body: { title, detail, status, ...more } };
}

export function notFound(): Answer {
  return problem(404, 'Not found', 'The requested resource could not be found.');
}

export function onModel(model: Model | undefined): Answer {
  return model === undefined ? notFound() : { body: modelBody(model) };
}

export function onVersion(model: Model | undefined, id: string): Answer {
  return model !== undefined && (model.version === id || model.earlier === id)
    ? { body: versionBody(model, id) }
    : notFound();
}

/** How the list is told. */
interface Paging {
  pageSize: number;
  listLagMs: number;
}

/** A page of the list, the newest first. */
export function pageOfList(call: Call, predictions: Iterable<Prediction>, { pageSize, listLagMs }: Paging): Answer {
  const [after, before] = ['created_after', 'created_before'].map((name) => call.query.get(name));
  if ([after, before].some((time) => time && Number.isNaN(Date.parse(time))))
    return problem(400, 'Bad request', 'created_after and created_before must be ISO 8601 times');
  const all = [...predictions]
    .reverse()
    .filter((prediction) => prediction.createdMs + listLagMs <= call.now())
    .filter(
      ({ createdMs }) => (!after || createdMs >= Date.parse(after)) && (!before || createdMs < Date.parse(before)),
    );
  const start = Number(Buffer.from(call.query.get('cursor') ?? '', 'base64').toString() || 0);
  const page = (from: number): string | null => {
    if (from < 0 || from >= all.length) return null;
    const query = new URLSearchParams(call.query);
    query.set('cursor', Buffer.from(String(from)).toString('base64'));
    return `${call.baseUrl}/v1/predictions?${query}`;
  };
  const results = all
    .slice(start, start + pageSize)
    // The list is documented without logs.
    .map((prediction) => ({ ...predictionBody(prediction, call.now(), call.baseUrl), logs: undefined }));
  return { body: { previous: start === 0 ? null : page(start - pageSize), next: page(start + pageSize), results } };
}

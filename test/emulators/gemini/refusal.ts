/** How Google says no: `google.rpc.Status` in JSON. */
import type { Answer, Call, Route } from '../service.ts';

const TYPE = 'type.googleapis.com/google.rpc.';

/** An error as Google words it. */
export function refuse(code: number, status: string, message: string, details: readonly object[] = []): Answer {
  return { status: code, body: { error: { code, message, status, ...(details.length > 0 ? { details } : {}) } } };
}

/** Thrown by the rules; carries the answer to send. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('refused');
    this.answer = answer;
  }
}

/** A field that is wrong, or that there is none of. */
export function invalid(message: string, field?: string): never {
  const violation = { '@type': `${TYPE}BadRequest`, fieldViolations: [{ field: field ?? '', description: message }] };
  throw new Refusal(refuse(400, 'INVALID_ARGUMENT', message, field === undefined ? [] : [violation]));
}

/** Refuses fields that are not in the list. */
export function onlyKnown(fields: object, known: readonly string[], where: string): void {
  for (const name of Object.keys(fields)) {
    if (!known.includes(name))
      invalid(
        `Invalid JSON payload received. Unknown name "${name}"${where ? ` at '${where}'` : ''}: Cannot find field.`,
        where,
      );
  }
}

/** Echoes the refused key, as the service does in its debug details: it must not reach a log of ours. */
export function unauthorized(call: Call, apiKey: string | undefined): Answer | undefined {
  const key = call.headers['x-goog-api-key'];
  if (call.query.has('key')) return refuse(400, 'INVALID_ARGUMENT', 'the emulator takes no key in an address');
  if (key === undefined)
    return refuse(
      403,
      'PERMISSION_DENIED',
      "Method doesn't allow unregistered callers (callers without established identity). " +
        'Please use API Key or other form of API consumer identity to call this API.',
    );
  if (apiKey === undefined || key === apiKey) return undefined;
  const message = 'API key not valid. Please pass a valid API key.';
  return refuse(400, 'INVALID_ARGUMENT', message, [
    {
      '@type': `${TYPE}ErrorInfo`,
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
      metadata: { service: 'generativelanguage.googleapis.com' },
    },
    { '@type': `${TYPE}LocalizedMessage`, locale: 'en-US', message },
    { '@type': `${TYPE}DebugInfo`, detail: `Invalid API key: ${String(key)}` },
  ]);
}

/** Too many requests: with the quota that is used up and how long to wait. */
export function overQuota(model: string, seconds: number): Answer {
  const message =
    'You exceeded your current quota, please check your plan and billing details. For more information on this ' +
    'error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, head to: ' +
    `https://ai.dev/rate-limit. \nPlease retry in ${seconds}s.`;
  return refuse(429, 'RESOURCE_EXHAUSTED', message, [
    {
      '@type': `${TYPE}Help`,
      links: [
        {
          description: 'Learn more about Gemini API quotas',
          url: 'https://ai.google.dev/gemini-api/docs/rate-limits',
        },
      ],
    },
    {
      '@type': `${TYPE}QuotaFailure`,
      violations: [
        {
          quotaMetric: 'generativelanguage.googleapis.com/generate_requests_per_model',
          quotaId: 'GenerateRequestsPerMinutePerProjectPerModel',
          quotaDimensions: { model, location: 'global' },
          quotaValue: '1',
        },
      ],
    },
    { '@type': `${TYPE}RetryInfo`, retryDelay: `${seconds}s` },
  ]);
}

/** Turns thrown refusals into answers, in the content type that Google sends. */
export function worded(route: Route): Route {
  return {
    ...route,
    handle: async (call) => {
      const answer = await Promise.resolve()
        .then(() => route.handle(call))
        .catch((error: unknown) => {
          if (error instanceof Refusal) return error.answer;
          throw error;
        });
      return { ...answer, headers: { ...answer.headers, 'content-type': 'application/json; charset=UTF-8' } };
    },
  };
}

/** How OpenAI says no. */
import type { Answer } from '../service.ts';

/** An error as OpenAI words it. */
export function refuse(
  status: number,
  message: string,
  more: { param?: string | null; code?: string | null; type?: string; moderation_details?: object } = {},
): Answer {
  return {
    status,
    body: {
      error: {
        message,
        type: more.type ?? 'invalid_request_error',
        param: more.param ?? null,
        code: more.code ?? null,
        ...(more.moderation_details === undefined ? {} : { moderation_details: more.moderation_details }),
      },
    },
  };
}

/** Thrown by the rules; carries the answer to send. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super('refused');
    this.answer = answer;
  }
}

export function invalid(message: string, param: string, code = 'invalid_value'): never {
  throw new Refusal(refuse(400, message, { param, code }));
}

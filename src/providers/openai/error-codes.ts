/** What the codes and types of OpenAI's errors mean, where an error comes inside an answer. Pure. */
import type { Failure } from '../../errors.ts';
import { failureOf } from '../status-failure.ts';

/**
 * By the first pattern that fits. From the types of the openai package 7.55.0 (`ResponseError`,
 * `ImageGenerationCall.Error`), and the codes of the other endpoints, which the image tool may pass on.
 */
const KINDS: readonly (readonly [Failure, RegExp])[] = [
  ['refused', /moderation_blocked|content_policy|safety_violation|content_filter|_policy(?:_violation)?$/],
  ['rate-limited', /^(?:rate_limit_exceeded|slow_down)$/],
  // The same would happen to every other picture: the account, its key or its project are to be put in order.
  [
    'unauthorized',
    /^(?:invalid_api_key|invalid_authentication|authentication_error|permission_(?:denied|error)|missing_scope)$/,
  ],
  [
    'unauthorized',
    /_(?:deactivated|must_be_verified)$|^(?:unsupported_country_region_territory|data_residency_mismatch)$/,
  ],
  ['unavailable', /^(?:server_error|internal_error|vector_store_timeout)$|overloaded/],
  ['rejected', /^invalid|^image_(?:too|parse|file)|^unsupported|^empty_image|_image_|^failed_to_download_image$/],
  ['rejected', /^(?:model_not_found|(?:unknown|duplicate|missing_required)_parameter|context_length_exceeded)$/],
  ['rejected', /_(?:above|below)_m(?:ax|in)/],
];

/** Messages of a refusal whose code says something else, `invalid_prompt` first of all. */
const REFUSING = /rejected by (?:the|our) safety system|(?:flagged|violat\w+)[^.]*usage polic/i;

/** The kind of failure that an error tells by its code, type and message; undefined when it tells none. */
export function toldKind(error: Readonly<Record<string, unknown>>): Failure | undefined {
  const names = [error['code'], error['type']].filter((name) => typeof name === 'string');
  const words = typeof error['message'] === 'string' ? error['message'] : '';
  if (error['moderation_details'] !== undefined || REFUSING.test(words)) return 'refused';
  const kinds = names.map(kindOf);
  const [first, second] = kinds;
  // The type of what the user asked for: a refusal, unless the code says what is wrong.
  if (names.includes('image_generation_user_error')) return first ?? 'refused';
  return first ?? second;
}

function kindOf(name: string): Failure | undefined {
  if (failureOf(429, 'read', name) === 'no-credit') return 'no-credit';
  return KINDS.find(([, pattern]) => pattern.test(name))?.[0];
}

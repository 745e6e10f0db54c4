import type { ResponseError } from 'openai/resources/responses/responses';
import { afterEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../../src/errors.ts';
import { background, call, request } from '../../support/providers/openai-request.ts';
import { clearStage, stage } from '../../support/providers/openai-stage.ts';
import { makeOne, thrownBy } from '../../support/providers/request.ts';

afterEach(clearStage);

/** Every code that a failed response may have, by the types of the package: a new one has to be given its meaning. */
const DOCUMENTED: Record<ResponseError['code'], Failure> = {
  server_error: 'unavailable',
  vector_store_timeout: 'unavailable',
  rate_limit_exceeded: 'rate-limited',
  invalid_prompt: 'rejected',
  bio_policy: 'refused',
  misalignment_policy_violation: 'refused',
  image_content_policy_violation: 'refused',
  data_residency_mismatch: 'unauthorized',
  invalid_image: 'rejected',
  invalid_image_format: 'rejected',
  invalid_base64_image: 'rejected',
  invalid_image_url: 'rejected',
  invalid_image_mode: 'rejected',
  image_too_large: 'rejected',
  image_too_small: 'rejected',
  image_parse_error: 'rejected',
  image_file_too_large: 'rejected',
  unsupported_image_media_type: 'rejected',
  empty_image_file: 'rejected',
  failed_to_download_image: 'rejected',
  image_file_not_found: 'rejected',
};

/** Codes and types of the other endpoints, which the image tool may pass on. */
const PASSED_ON: [object, Failure][] = [
  [{ code: 'invalid_prompt', message: 'your prompt was flagged as potentially violating our usage policy' }, 'refused'],
  [{ code: 'cyber_policy_violation' }, 'refused'],
  [{ code: 'moderation_blocked', type: 'image_generation_user_error' }, 'refused'],
  [{ code: 'insufficient_quota' }, 'no-credit'],
  [{ code: 'billing_hard_limit_reached', type: 'image_generation_user_error' }, 'no-credit'],
  [{ code: null, type: 'insufficient_quota' }, 'no-credit'],
  [{ code: 'invalid_api_key' }, 'unauthorized'],
  [{ code: 'account_deactivated' }, 'unauthorized'],
  [{ code: 'unsupported_country_region_territory' }, 'unauthorized'],
  [{ code: null, type: 'permission_error' }, 'unauthorized'],
  [{ code: 'model_not_found' }, 'rejected'],
  [{ code: 'unknown_parameter', type: 'invalid_request_error' }, 'rejected'],
  [{ code: null, type: 'invalid_request_error' }, 'rejected'],
  [{ code: 'slow_down' }, 'rate-limited'],
  [{ code: null, type: 'server_error' }, 'unavailable'],
  [{ code: 'something_new' }, 'unavailable'],
];

const TOLD = [...Object.entries(DOCUMENTED).map(([code, failure]) => [{ code }, failure] as const), ...PASSED_ON];

/** Background work whose end is told so. */
async function failureOf(end: object): Promise<unknown> {
  const faults = [{ on: 'poll', kind: 'status' as const, status: 200, body: JSON.stringify(end) }];
  const { provider } = await stage({ options: background, emulator: { faults } });
  return thrownBy(makeOne(provider, request(), call));
}

describe('the code of an error in background work', () => {
  it.each(TOLD)('%j of the response is %s', async (told, failure) => {
    const error = { message: 'words', ...told };
    expect(await failureOf({ status: 'failed', error })).toMatchObject({ failure, charged: 'no' });
  });

  it.each(TOLD)('%j of the call of the image tool is %s', async (told, failure) => {
    const image = { type: 'image_generation_call', status: 'failed', result: null, error: { message: 'w', ...told } };
    expect(await failureOf({ status: 'completed', output: [image] })).toMatchObject({ failure, charged: 'no' });
  });
});

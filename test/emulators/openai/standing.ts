/** The parts of an emulated response that are always the same. */

/** What every response tells, and nothing here changes. */
export const STANDING = {
  frequency_penalty: 0,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  parallel_tool_calls: true,
  presence_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  prompt_cache_retention: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'auto',
  store: true,
  temperature: 1,
  text: { format: { type: 'text' }, verbosity: 'medium' },
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  user: null,
};
/** The text model's share. */
export const TEXT_USAGE = {
  input_tokens: 300,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 120,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 420,
};

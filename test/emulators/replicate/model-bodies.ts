/** What Replicate says of its models. */
import { type Json, type Model, uri } from './models.ts';

/** The model's page as the API gives it. */
export function modelBody(model: Model): Json {
  const { owner, name } = model;
  return {
    url: `https://replicate.com/${owner}/${name}`,
    owner,
    name,
    description: 'An emulated model',
    created_at: '2026-01-01T00:00:00.000000Z',
    visibility: 'public',
    is_official: model.official,
    github_url: null,
    paper_url: null,
    license_url: null,
    weights_url: null,
    run_count: 42,
    cover_image_url: null,
    default_example: model.example === undefined ? null : { output: model.example },
    latest_version: versionBody(model, model.version),
  };
}

/** A version as the API gives it. */
export function versionBody(model: Model, id: string): Json {
  return {
    id,
    created_at: '2026-01-01T00:00:00.000000Z',
    cog_version: '0.16.0',
    openapi_schema: {
      openapi: '3.0.2',
      info: { title: 'Cog', version: '0.1.0' },
      components: {
        schemas: {
          Input: { type: 'object', title: 'Input', ...model.input },
          Output: model.output ?? (model.singleOutput ? uri : { type: 'array', items: uri }),
          ...model.enums,
        },
      },
    },
  };
}

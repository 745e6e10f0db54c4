/** A program of the build: writes `config.schema.json`, for editors. Imported by nothing. */
import { writeFileSync } from 'node:fs';
import { PROVIDERS } from '../providers/index.ts';
import { STORES } from '../storage/index.ts';
import { configJsonSchema } from '../config/json-schema.ts';

const schema = await configJsonSchema({ providers: PROVIDERS, stores: STORES });
writeFileSync(new URL('../config.schema.json', import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);

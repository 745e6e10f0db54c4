/** A program of the build (`node dist/config/write-schema.js`): writes `dist/config.schema.json`. Imported by nothing. */
import { writeFileSync } from 'node:fs';
import { PROVIDERS } from '../providers/index.ts';
import { STORES } from '../storage/index.ts';
import { configJsonSchema } from './json-schema.ts';

const schema = await configJsonSchema({ providers: PROVIDERS, stores: STORES });
writeFileSync(new URL('../config.schema.json', import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);

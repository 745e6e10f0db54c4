/** A program of the build (`node dist/write-help.js`): writes `dist/help.txt`, the page of `imggen --help`, so that it needs no parser. Imported by nothing. */
import { writeFileSync } from 'node:fs';
import { EXIT } from './errors.ts';
import { buildProgram, HELP_WIDTH } from './program.ts';

let page = '';
const stdout = { columns: HELP_WIDTH, write: (text: string) => (page += text) };
buildProgram({ stdout, stderr: stdout }, { code: EXIT.ok }).outputHelp();
writeFileSync(new URL('./help.txt', import.meta.url), page);

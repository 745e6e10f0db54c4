/**
 * A program of the build: writes `help.txt`, the page of `imggen --help`, so that it needs no parser. Imported by
 * nothing.
 */
import { writeFileSync } from 'node:fs';
import { buildProgram, HELP_WIDTH } from '../program.ts';
import { EXIT } from '../terminal/exit-codes.ts';

let page = '';
const stdout = { columns: HELP_WIDTH, write: (text: string) => (page += text) };
buildProgram({ terminal: { stdout, stderr: stdout } }, { exitCode: EXIT.ok, place: [] }).outputHelp();
writeFileSync(new URL('../help.txt', import.meta.url), page);

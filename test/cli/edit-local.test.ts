/** Edits with the local provider, which draws anew; and requests that are refused. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, filesIn, imggen, picturesIn, writeConfig } from '../support/cli/imggen.ts';
import { bytesOf, drawn, NIGHT, shown } from '../support/cli/edits.ts';

describe('edit with the local provider', () => {
  it('draws the same figure in what the prompt names, and says that it does not look at the picture', async () => {
    const folder = await drawn();
    const edited = await imggen(folder, ['edit', 'mira-sol/1', '--prompt', 'in front of a snowy forest']);
    expect(edited).toMatchObject({ exitCode: 0 });
    expect(edited.stdout + edited.stderr).toContain('local does not look at mira_sol_image_00001.png');
    const [first, second] = await shown(folder);
    expect(second).toMatchObject({ source: first?.filename, prompt: 'in front of a snowy forest', seed: first?.seed });
    expect(bytesOf(folder, picturesIn(folder)[0] ?? '').equals(bytesOf(folder, picturesIn(folder)[1] ?? ''))).toBe(
      false,
    );
    // The same again is another take; an edit of an edit is an edit.
    expect(await imggen(folder, ['edit', 'mira-sol/1', '--prompt', 'in front of a snowy forest'])).toMatchObject({
      exitCode: 0,
    });
    expect(await imggen(folder, ['edit', 'mira-sol/3', '--prompt', 'on a beach'])).toMatchObject({ exitCode: 0 });
    const [, , third, fourth] = await shown(folder);
    expect(third?.seed).not.toBe(second?.seed);
    expect(fourth?.source).toBe(third?.filename);
  });

  it('shows what it would make and writes nothing', async () => {
    const folder = await drawn();
    const before = filesIn(folder);
    const dry = await imggen(folder, ['edit', 'mira-sol/1', '--prompt', NIGHT, '--count', '2', '--dry-run', '--json']);
    expect(dry).toMatchObject({ exitCode: 0, stderr: '' });
    const [job] = (JSON.parse(dry.stdout) as { jobs: { shots: { prompt: string; references: string[] }[] }[] }).jobs;
    expect(job?.shots.map(({ prompt }) => prompt)).toEqual([NIGHT, NIGHT]);
    expect(filesIn(folder)).toEqual(before);
  });

  it('is no fallback of an edit: what draws anew does not edit', async () => {
    const folder = await drawn();
    writeConfig(folder, { provider: 'replicate', fallback: ['local'], size: '1024x1024' });
    const dry = await imggen(folder, ['edit', 'mira-sol/1', '--prompt', NIGHT, '--size', '1024x1024', '--dry-run']);
    expect(dry.exitCode, dry.stderr).toBe(0);
    expect(dry.stdout).toMatch(/fallback local \(avataaars\) is not asked:\s+it draws anew/);
  });

  it('tells what is wrong with a request, and makes nothing', async () => {
    const folder = await drawn();
    const file = join(folder, 'images', 'mira-sol', 'mira_sol_image_00001.png');
    const refusal = async (args: string[]) => {
      const ran = await imggen(folder, ['edit', ...args]);
      expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
      return ran.stderr;
    };
    expect(await refusal(['mira-sol/1'])).toMatch(/The prompt is missing[^]*imggen edit mira-sol\/1 --prompt/);
    expect(await refusal(['mira-sol/8', '--prompt', NIGHT])).toContain('no such picture');
    const both = await refusal(['mira-sol/1', '--prompt', ' ', '--count', '101', '--seed', '-1']);
    expect(both).toMatch(/prompt: [^]*count: [^]*seed: /);
    writeFileSync(file, 'other bytes');
    expect(await refusal(['mira-sol/1', '--prompt', NIGHT])).toContain('has changed since it was made');
    rmSync(file);
    expect(await refusal(['mira-sol/1', '--prompt', NIGHT])).toContain('is not on this disk');
    expect(ask(folder, 'SELECT 1 FROM jobs')).toHaveLength(1);
  });
});

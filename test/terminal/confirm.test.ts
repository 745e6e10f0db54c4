import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { confirm } from '../../src/terminal/confirm.ts';
import { FakeTerminal } from '../support/view-events.ts';

/** Asks at a terminal whose user types this. */
async function answered(typed: string, isTTY = true): Promise<{ said: unknown; shown: string }> {
  const stdin = new FakeTerminal({ columns: 80, rows: 24, isTTY });
  const stderr = new FakeTerminal({ columns: 80, rows: 24, isTTY });
  const asking = confirm({ stdin, stderr }, 'Make as many as fit?');
  stdin.write(typed);
  const said = await asking.catch((error: unknown) => error);
  return { said, shown: stderr.text };
}

describe('a question', () => {
  it.each(['y\r', 'YES\r'])('that is answered by %j is a yes', async (typed) => {
    const { said, shown } = await answered(typed);
    expect(said).toBe(true);
    expect(shown).toContain('Make as many as fit? [y/N]');
  });

  it.each([
    ['n', 'n\r'],
    ['nothing', '\r'],
    ['another word', 'yep\r'],
  ])('that is answered by %s is a no', async (_, typed) => {
    expect(await answered(typed)).toMatchObject({ said: false });
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('that is answered by %s ends the command', async (_, typed) => {
    const { said } = await answered(typed);
    expect(said).toBeInstanceOf(UserError);
    expect(said).toMatchObject({ kind: 'declined' });
  });

  it('that is wider than the terminal is broken between words', async () => {
    const [stdin, stderr] = [1, 2].map(() => new FakeTerminal({ columns: 40, rows: 24, isTTY: true }));
    if (!stdin || !stderr) throw new Error('no terminal');
    const asking = confirm({ stdin, stderr }, 'The cap of the job is $0.20. Make as many as fit?');
    stdin.write('n\r');
    expect(await asking).toBe(false);
    expect(stderr.text).toMatch(/The cap of the job is \$0\.20\. Make\r?\nas many as fit\? \[y\/N\] /);
  });

  it('is not asked where nobody sits at a terminal', async () => {
    expect(await answered('y\r', false)).toEqual({ said: false, shown: '' });
  });
});

import { expect, test } from 'vitest';
import { createQuietView } from '../../src/views/quiet.ts';
import { done, opened, streams, summary } from '../support/view-events.ts';

test('a run that goes well says nothing', async () => {
  const target = streams();
  const view = createQuietView(target);
  for (const event of [opened(), ...done('avatar')]) view.handle(event);
  view.handle({ event: 'notice', level: 'info', message: 'by the way' });
  await view.close(summary());
  expect(target.stdout.text + target.stderr.text).toBe('');
});

test('warnings and failures go to stderr', async () => {
  const target = streams();
  const view = createQuietView(target);
  view.handle({ event: 'notice', level: 'warn', message: 'careful' });
  await view.close(summary({ exitCode: 4, headline: 'The budget stopped it.', next: ['imggen resume 3'] }));
  expect(target.stdout.text).toBe('');
  expect(target.stderr.text).toMatch(/^warning: careful\nThe budget stopped it\.\n[^]*Go on with: imggen resume 3\n$/);
});

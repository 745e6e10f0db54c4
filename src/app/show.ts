import { chooseView, createView, wantsColor } from '../views/index.ts';
import type { View } from '../views/view.ts';
import type { House } from './house.ts';

/** The view that fits the flags, the environment and the terminal. */
export function openView(house: House): Promise<View> {
  const { world, flags, config } = house;
  const isTty = world.stdout.isTTY === true;
  const kind = chooseView({
    json: flags.json === true,
    quiet: flags.quiet === true,
    ink: flags.ink !== false,
    stdoutIsTty: isTty,
    env: config.env,
  });
  return createView(kind, {
    stdout: world.stdout,
    stderr: world.stderr,
    env: config.env,
    now: world.now,
    color: wantsColor(flags.color === false ? false : undefined, isTty, config.env),
  });
}

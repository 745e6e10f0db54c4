import { chooseView, createView, wantsColor } from '../views/index.ts';
import type { View } from '../views/view.ts';
import type { House } from '../app/house.ts';

/** The view that fits the flags, the environment and the terminal. */
export function openView(house: House): Promise<View> {
  const { host, flags, config } = house;
  const isTty = host.stdout.isTTY === true;
  const kind = chooseView({
    json: flags.json === true,
    quiet: flags.quiet === true,
    ink: flags.ink !== false,
    stdoutIsTty: isTty,
    env: config.env,
  });
  return createView(kind, {
    stdout: host.stdout,
    stderr: host.stderr,
    env: config.env,
    now: host.now,
    color: wantsColor(flags.color === false ? false : undefined, isTty, config.env),
  });
}

/** `kill -9` of the real program while it uploads, over and over: the long form is `test/upload-kill.soak.ts`. */
import { ask, newStudio, start } from '../cli/imggen.ts';
import { seededRandom } from '../../emulators/faults.ts';
import { newCloud, disagreements, rowsOf, withCloud } from './cloud.ts';

/** What came of it. */
export interface Toll {
  killed: number;
  pictures: number;
  /** Uploads that were sent again although the store had the picture: kills between the upload and its row. */
  repeated: number;
  /** Empty when all is well. */
  wrong: string[];
}

/**
 * Makes packs of `count` pictures and kills the program within `spreadMs` after the store hears of an upload, `kills`
 * times; then lets it finish.
 */
export async function killUploads(
  kills: number,
  options: { count: number; spreadMs: number; seed: number },
): Promise<Toll> {
  const random = seededRandom(options.seed);
  const toll: Toll = { killed: 0, pictures: 0, repeated: 0, wrong: [] };
  for (let round = 0; toll.killed < kills; round += 1) {
    const cloud = await newCloud({
      seed: round,
      latencyMs: 15,
      faults: [{ on: 'upload', kind: 'reset-after', share: 0.05 }],
    });
    const folder = newStudio({ storage: { provider: 'cloudinary', concurrency: 2 } });
    const env = { CLOUDINARY_URL: cloud.cloudinaryUrl };
    for (let tries = 0; tries < options.count && toll.killed < kills; tries += 1) {
      const child = start(
        folder,
        tries === 0 ? ['pack', '--count', String(options.count), '--quiet'] : ['resume', '--quiet'],
        { env },
      );
      const heard = cloud.requests.length;
      const ended = child.then((end) => end.signal === 'SIGKILL');
      const over = new AbortController();
      void ended.then(() => over.abort());
      while (!over.signal.aborted && !cloud.requests.slice(heard).some(({ operation }) => operation === 'upload'))
        await new Promise((resolve) => setTimeout(resolve, 1));
      await new Promise((resolve) => setTimeout(resolve, random() * options.spreadMs));
      child.kill('SIGKILL');
      if (await ended) toll.killed += 1;
      else break;
    }
    const { exitCode, stderr } = await withCloud(cloud, folder, ['resume', '--quiet']);
    if (exitCode !== 0) toll.wrong.push(`resume ended with ${exitCode}: ${stderr}`);
    toll.wrong.push(...disagreements(folder, cloud));
    const attempts = ask(folder, `SELECT * FROM attempts WHERE state = 'settled'`).length;
    const pictures = rowsOf(folder).length;
    if (attempts !== pictures || pictures !== options.count)
      toll.wrong.push(`${attempts} paid attempts and ${pictures} pictures of ${options.count}`);
    toll.pictures += pictures;
    toll.repeated += cloud.deeds().filter(({ deed }) => deed === 'repeated').length;
  }
  return toll;
}

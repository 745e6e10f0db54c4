/**
 * The official SDK, made fit for a program that must know how a call ended: calls that can be stopped, that end in
 * time, and whose refusals are told with the headers that came along.
 *
 * The SDK picks its `http` or `https` module once, when it is first loaded, and keeps its settings in one global
 * object. So credentials, address and agent go with every call, and several clients work side by side: a request uses
 * the protocol of the agent it is given.
 */
import { open } from 'node:fs/promises';
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { pipeline } from 'node:stream';
import type { v2, UploadApiOptions } from 'cloudinary';
import { StorageError, UserError } from '../../errors.ts';
import type { Account } from './account.ts';
import { type Refusal, refusalOf, storageError } from './failure.ts';
import { deadlineOf, watch } from './transport.ts';

/** The longest an upload may take in all, however slow. */
const UPLOAD_MAX_MS = 900_000;

/** What a call is told to do. */
export interface CallOptions {
  /** What is tried, for messages: `upload of x`. */
  what: string;
  signal: AbortSignal;
  /** Statuses that are an answer and no failure; the call then resolves to undefined. */
  expected?: readonly number[];
}

/** What a client needs beside the account. */
export interface ClientSettings {
  /** Uploads at a time. */
  concurrency: number;
  /** Silence after which a call is given up. */
  timeoutMs: number;
  now: () => number;
}

type Sdk = typeof v2;

/** Credentials and transport of one call, as the SDK takes them. */
type PerCall = Record<string, unknown> & { agent: Agent };

/** One account's access to the Upload and Admin APIs. */
export class CloudinaryClient {
  readonly #sdk: Sdk;
  readonly #account: Account;
  readonly #settings: ClientSettings;
  readonly #uploads: Agent;
  readonly #admin: Agent;

  constructor(sdk: Sdk, account: Account, settings: ClientSettings) {
    const Transport = account.baseUrl.startsWith('http:') ? Agent : SecureAgent;
    this.#sdk = sdk;
    this.#account = account;
    this.#settings = settings;
    this.#uploads = new Transport({ keepAlive: true, maxSockets: settings.concurrency });
    this.#admin = new Transport({ keepAlive: true });
  }

  /** Asks the Admin API. @returns its answer, or undefined for an expected status. @throws {StorageError} */
  admin(options: CallOptions, ask: (api: Sdk['api'], perCall: PerCall) => Promise<unknown>): Promise<unknown> {
    return this.#call(options, { agent: this.#admin, deadlineMs: this.#settings.timeoutMs }, (perCall) =>
      ask(this.#sdk.api, perCall),
    );
  }

  /** Asks the Upload API without a file; it is not metered as the Admin API is. @throws {StorageError} */
  change(options: CallOptions, ask: (api: Sdk['uploader'], perCall: PerCall) => Promise<unknown>): Promise<unknown> {
    return this.#call(options, { agent: this.#uploads, deadlineMs: this.#settings.timeoutMs }, (perCall) =>
      ask(this.#sdk.uploader, perCall),
    );
  }

  /**
   * Streams a file up. @returns Cloudinary's answer.
   * @throws {StorageError} `rejected` when the file can't be read or has not the size it should.
   */
  async upload(
    options: CallOptions,
    file: { path: string; sizeBytes: number },
    parameters: UploadApiOptions,
  ): Promise<unknown> {
    const handle = await open(file.path).catch((error: NodeJS.ErrnoException) => {
      throw this.#unreadable(options.what, `the file can't be read: ${error.code ?? 'unknown reason'}`);
    });
    try {
      const { size } = await handle.stat();
      if (size !== file.sizeBytes)
        throw this.#unreadable(options.what, `the file has ${size} bytes, not the ${file.sizeBytes} it was saved with`);
      const source = handle.createReadStream({ autoClose: false });
      return await this.#call(options, { agent: this.#uploads, deadlineMs: UPLOAD_MAX_MS }, (perCall) =>
        this.#send(source, parameters, perCall),
      );
    } finally {
      await handle.close();
    }
  }

  #unreadable(what: string, message: string): StorageError {
    return new StorageError(`${what}: ${message}`, 'rejected');
  }

  #send(
    source: NodeJS.ReadableStream & { destroy(): unknown },
    parameters: UploadApiOptions,
    perCall: PerCall,
  ): Promise<unknown> {
    return new Promise<unknown>((resolve, reject) => {
      const options = { ...parameters, ...perCall, timeout: this.#settings.timeoutMs, disable_promises: true };
      const sink = this.#sdk.uploader.upload_stream(options, (error, answer) =>
        error === undefined || error === null ? resolve(answer) : reject(error),
      );
      pipeline(source, sink, (error) => {
        if (error) reject(error);
      });
    }).finally(() => source.destroy());
  }

  /** Gives one call an agent, watches the request made through it, and turns every failure into a StorageError. */
  async #call(
    options: CallOptions,
    transport: { agent: Agent; deadlineMs: number },
    start: (perCall: PerCall) => Promise<unknown>,
  ): Promise<unknown> {
    const watched = watch(transport.agent);
    const deadline = deadlineOf(options.signal, transport.deadlineMs);
    try {
      if (options.signal.aborted) throw new Error('stopped before it began');
      const answer = await Promise.race([start({ ...this.#credentials(), agent: watched.agent }), deadline.over]);
      // The SDK takes any JSON without `error` for success, whatever the status (a proxy's 503, say).
      if ((watched.status() ?? 200) >= 400) throw new Error('refused without a reason');
      return answer;
    } catch (thrown) {
      watched.stop();
      const told = { status: watched.status(), headers: watched.headers() };
      const refusal = explained(refusalOf(thrown, told), {
        interrupted: options.signal.aborted,
        late: deadline.isLate(),
      });
      if (refusal.status !== undefined && options.expected?.includes(refusal.status)) return undefined;
      throw storageError(options.what, refusal, {
        account: this.#account,
        headers: told.headers,
        nowMs: this.#settings.now(),
      });
    } finally {
      deadline.end();
    }
  }

  #credentials(): Record<string, unknown> {
    const { cloudName, apiKey, apiSecret, baseUrl, signatureAlgorithm } = this.#account;
    return {
      cloud_name: cloudName,
      api_key: apiKey,
      api_secret: apiSecret,
      upload_prefix: baseUrl,
      ...(signatureAlgorithm === undefined ? {} : { signature_algorithm: signatureAlgorithm }),
    };
  }
}

/**
 * Loads the SDK, now and not earlier: it reads the process's environment while it is loaded.
 * @throws {UserError} `auth` when it refuses what it finds there. Its own error, which may show the key, is
 *   dropped.
 */
export async function loadSdk(): Promise<Sdk> {
  try {
    return (await import('cloudinary')).v2;
  } catch {
    throw new UserError("Cloudinary's package can't be loaded", {
      kind: 'auth',
      problems: ['CLOUDINARY_URL or CLOUDINARY_ACCOUNT_URL in the environment is malformed, or the package is damaged'],
    });
  }
}

/** Says in our words what the SDK can only call an error of the connection. */
function explained(refusal: Refusal, end: { interrupted: boolean; late: boolean }): Refusal {
  if (end.interrupted) return { message: 'stopped', status: undefined };
  if (end.late || refusal.status === 499) return { message: 'no answer in time', status: undefined };
  return refusal;
}

/**
 * Cloudinary emulated: Upload API (signed), Admin and Search APIs (Basic), delivery. Operations, for faults and
 * recorded requests: `upload`, `destroy`, `explicit`, `ping`, `usage`, `list`, `resource`, `remove`, `search`,
 * `delivery`.
 */
import { deliver, list, remove, resource, search, unauthorized } from './cloudinary/admin.ts';
import { refusal } from './cloudinary/answers.ts';
import type { SignatureAlgorithm } from './cloudinary/signature.ts';
import { type CloudAsset, CloudStore, type Deed } from './cloudinary/store.ts';
import { type CloudAccount, destroy, explicit, tags, upload } from './cloudinary/upload.ts';
import type { Answer, Call, Route, Service } from './service.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts';

/** The account, and how the emulator runs. */
export interface CloudinaryOptions extends EmulatorOptions {
  /** Default `demo`. */
  cloudName?: string;
  apiKey?: string;
  apiSecret?: string;
  algorithm?: SignatureAlgorithm;
  /** Default `dynamic`. */
  folderMode?: 'dynamic' | 'fixed';
  /** Folder that the pictures are kept in too; what is there already is part of the cloud. */
  directory?: string;
  /** Admin and search calls an hour before 420. Default: no end. */
  adminPerHour?: number;
  /** Changes the service before it starts. */
  change?: (service: Service) => Service;
}

/** A running Cloudinary. */
export interface CloudinaryEmulator extends Emulator {
  /** `cloudinary://key:secret@cloud?upload_prefix=http://127.0.0.1:port` */
  cloudinaryUrl: string;
  /** What is stored, sorted by public id. */
  assets: () => CloudAsset[];
  /** What happened to pictures, oldest first: a paid-for picture is lost when something was `overwritten`. */
  deeds: () => readonly Deed[];
  /** Puts a picture there without a request. */
  plant: (asset: CloudAsset, bytes: Buffer) => void;
}

/** Starts a Cloudinary with one account. */
export async function startCloudinary(options: CloudinaryOptions = {}): Promise<CloudinaryEmulator> {
  const account = cloudAccount(options);
  const service = cloudinaryService(account, options.adminPerHour ?? Infinity);
  const emulator = await startEmulator(options.change?.(service) ?? service, options);
  return {
    ...emulator,
    cloudinaryUrl: cloudinaryUrl(account, emulator.url),
    assets: () => account.store.all(),
    deeds: () => account.store.deeds,
    plant: (asset, bytes) => account.store.put(asset, bytes),
  };
}

/** An account, that of the documentation unless told otherwise. */
export function cloudAccount(options: CloudinaryOptions = {}): CloudAccount {
  return {
    cloudName: options.cloudName ?? 'demo',
    apiKey: options.apiKey ?? '1234',
    apiSecret: options.apiSecret ?? 'abcd',
    algorithm: options.algorithm ?? 'sha1',
    folderMode: options.folderMode ?? 'dynamic',
    store: new CloudStore(options.directory),
  };
}

/** The account as `CLOUDINARY_URL`, with the emulator's address. */
export function cloudinaryUrl(account: CloudAccount, url: string): string {
  return `cloudinary://${account.apiKey}:${account.apiSecret}@${account.cloudName}?upload_prefix=${url}`;
}

/** The service itself. `adminPerHour`: Admin calls before 420. */
export function cloudinaryService(account: CloudAccount, adminPerHour = Infinity): Service {
  const hours = new Map<number, number>();

  /** The calls left of this hour, as headers; 420 when there are none. */
  function metered(
    call: Call,
    handle: (account: CloudAccount, call: Call) => Answer | Promise<Answer>,
  ): Answer | Promise<Answer> {
    const refused = unauthorized(account, call);
    if (refused !== undefined) return refused;
    const hour = Math.floor(call.now() / 3_600_000);
    const used = (hours.get(hour) ?? 0) + 1;
    hours.set(hour, used);
    const headers = rateHeaders(hour, adminPerHour, used);
    if (used > adminPerHour)
      return refusal(
        420,
        `Rate Limit Exceeded. Limit of ${adminPerHour} api operations reached. Try again on ${inWords(hour + 1)}`,
        headers,
      );
    return Promise.resolve(handle(account, call)).then((answer) => ({
      ...answer,
      headers: { ...answer.headers, ...headers },
    }));
  }

  const api = '/v1_1/:cloud';
  const admin = (
    operation: string,
    method: string,
    path: string,
    handle: (account: CloudAccount, call: Call) => Answer | Promise<Answer>,
  ): Route => ({
    operation,
    method,
    path: `${api}${path}`,
    handle: (call) => metered(call, handle),
  });
  return {
    name: 'cloudinary',
    guard: (call) => {
      const { cloud } = call.params;
      if (cloud === undefined || cloud === account.cloudName) return undefined;
      return /\/image\/(?:upload|destroy|explicit|tags)$/.test(call.path) && call.method === 'POST'
        ? refusal(401, `Invalid cloud_name ${cloud}`)
        : refusal(401, 'cloud_name mismatch');
    },
    routes: [
      { operation: 'upload', method: 'POST', path: `${api}/image/upload`, handle: (call) => upload(account, call) },
      { operation: 'destroy', method: 'POST', path: `${api}/image/destroy`, handle: (call) => destroy(account, call) },
      {
        operation: 'explicit',
        method: 'POST',
        path: `${api}/image/explicit`,
        handle: (call) => explicit(account, call),
      },
      { operation: 'tags', method: 'POST', path: `${api}/image/tags`, handle: (call) => tags(account, call) },
      admin('ping', 'GET', '/ping', () => ({ body: { status: 'ok' } })),
      admin('usage', 'GET', '/usage', () => ({ body: { plan: 'Free', resources: account.store.all().length } })),
      admin('search', 'POST', '/resources/search', search),
      admin('list', 'GET', '/resources/image/upload', list),
      admin('resource', 'GET', '/resources/image/upload/*publicId', resource),
      admin('remove', 'DELETE', '/resources/image/upload', remove),
      {
        operation: 'delivery',
        method: 'GET',
        path: `/${account.cloudName}/image/upload/*rest`,
        handle: (call) => deliver(account, call),
      },
    ],
  };
}

/** The full hour as messages tell it: `2026-11-21 13:00:00 UTC`. */
function inWords(hour: number): string {
  return new Date(hour * 3_600_000)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}

function rateHeaders(hour: number, limit: number, used: number): Record<string, string> {
  const allowed = Number.isFinite(limit) ? limit : 500_000;
  return {
    'x-featureratelimit-limit': String(allowed),
    'x-featureratelimit-remaining': String(Math.max(0, allowed - used)),
    'x-featureratelimit-reset': new Date((hour + 1) * 3_600_000).toUTCString(),
  };
}

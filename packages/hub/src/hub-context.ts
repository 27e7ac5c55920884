import type { DownloadContext } from './download-context.ts';
import type { HubPlatform } from './platform.ts';

/** How a hub behaves; every field is optional. */
export interface HubOptions {
  /** Address of the Hub or of a mirror. Default `https://huggingface.co`. */
  readonly endpoint?: string;
  /** Sent to `endpoint` only. Default: none. */
  readonly token?: string;
  /** Nothing but the cache is used. Default `false`. */
  readonly offline?: boolean;
  /** Requests at the same time. Default 8. */
  readonly connections?: number;
  /** Bytes of one request. Default 32 MiB. */
  readonly rangeBytes?: number;
  /** Milliseconds without a byte after which a connection is given up and made again. Default 30,000. */
  readonly idleTimeout?: number;
  /** Attempts in a row without a byte that may fail. Default 6. */
  readonly maximumAttempts?: number;
}

/** What all operations of a hub share. */
export interface HubContext extends DownloadContext {
  readonly platform: HubPlatform;
  readonly endpoint: string;
  readonly offline: boolean;
}

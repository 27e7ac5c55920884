import type { HttpClient } from './http-client.ts';
import type { Clock, HubPlatform } from './platform.ts';

/** What a download needs besides what is downloaded. */
export interface DownloadContext extends Pick<HubPlatform, 'createHash'> {
  readonly client: HttpClient;
  readonly clock: Clock;
  /** Attempts in a row that may fail. */
  readonly maximumAttempts: number;
  /** Requests at the same time. */
  readonly connections: number;
  /** Bytes of one request. */
  readonly rangeBytes: number;
}

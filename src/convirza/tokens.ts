/** What the client needs to know about credentials; the credentials room implements it. */

/** A signed-in account as the login answers it; every field may be missing. */
export interface Account {
  userId?: number | undefined;
  email?: string | undefined;
  roleId?: number | undefined;
  orgUnitId?: number | undefined;
}

/** A pair of tokens. Times are Unix milliseconds; undefined when the service did not say. */
export interface TokenPair {
  accessToken: string;
  refreshToken?: string | undefined;
  accessExpiresAt?: number | undefined;
  refreshExpiresAt?: number | undefined;
  account?: Account | undefined;
}

export interface TokenSource {
  /** The access token to send. @throws CliError `auth` when nobody is signed in */
  accessToken(signal?: AbortSignal): Promise<string>;
  /**
   * A newer token after `rejected` was answered with 401, or undefined when there is none to be had.
   * @throws CliError `auth` when the session has ended, `network` or `server` when the refresh itself failed
   */
  renew(rejected: string, signal?: AbortSignal): Promise<string | undefined>;
}

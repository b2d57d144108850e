export { StoredTokens, type StoredTokensOptions, toStoredSession } from './session.ts';
export { CredentialStore, checkProfileName } from './store.ts';
export type { ProfileRecord, StoredSession } from './types.ts';

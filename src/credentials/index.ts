export { KeyChoice } from './key-choice.ts';
export { KEYCHAIN_COMMAND, keychainProcess, serveKeychain } from './keychain-process.ts';
export { BACKENDS, type BackendName } from './keys.ts';
export { StoredTokens, type StoredTokensOptions, toStoredSession } from './session.ts';
export { CredentialStore, checkProfileName } from './store.ts';
export type { ProfileRecord, StoredSession, StoredVoice } from './types.ts';

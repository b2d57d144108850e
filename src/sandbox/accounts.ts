/**
 * What one signs in with. Fixed, so that a script can be written before the sandbox runs; none of it opens
 * anything else.
 */

/** The administrator of the fictional account. */
export const ADMIN_EMAIL = 'admin@example.com';

/** A user who may read and not write. */
export const READ_ONLY_EMAIL = 'readonly@example.com';

/** The password of every user of the sandbox: bodies of the users API have no field for one. */
export const PASSWORD = 'sandbox-password';

/** What the voice side accepts. The API key begins `oak_` as the service's own do (reference: NextEVI §1). */
export const VOICE = {
  apiKey: 'oak_sandbox_5f3a9c1e7b2d4860',
  token: 'sandbox.voice.token',
  configId: 'config-sandbox',
  projectId: 'project-sandbox',
} as const;

/** The shells that there are completions for; by itself, since every start of the program needs the names alone. */
export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** The command tree as plain data, as completions and manual pages need it. */

export interface OptionDescription {
  /** `--json`. */
  long: string;
  /** `-q`, where there is one. */
  short: string | undefined;
  description: string;
  /** Whether the next word is always its value; false where a value is optional. */
  takesValue: boolean;
  /** How its value is written in help, `<file>` or `[fields]`; undefined for a flag without one. */
  value: string | undefined;
  /** The only values it takes, where they are known. */
  values: readonly string[];
}

export interface ArgumentDescription {
  name: string;
  description: string;
  required: boolean;
  variadic: boolean;
  /** The only values it takes, where they are known. */
  values: readonly string[];
}

/** A part of a help page below the flags: Examples, Notes, Endpoint, Exit codes. */
export interface HelpSection {
  /** Without its colon; empty for text that stands under no heading. */
  heading: string;
  /** Those of a help page begin with spaces and may be wrapped; others are whole. */
  lines: readonly string[];
}

export interface CommandDescription {
  name: string;
  description: string;
  arguments: readonly ArgumentDescription[];
  options: readonly OptionDescription[];
  commands: readonly CommandDescription[];
  help: readonly HelpSection[];
}

/** What a manifest is made of. */

export type ManifestFormat = 'csv' | 'json' | 'ndjson' | 'lines';

/** Fields by name, without a prototype: a name that a row lacks is undefined, whatever it is. */
export type ManifestValues = { [name: string]: unknown };

export interface ManifestRow {
  /** Where the row stands: its first line, or its place in a JSON list; both from 1. */
  number: number;
  /** Cells of CSV and plain lines are strings, and an empty cell is absent; JSON keeps its types. */
  values: ManifestValues;
}

export interface ManifestProblem {
  /** As in a row; 0 when it concerns the whole. */
  number: number;
  message: string;
}

export interface Manifest {
  format: ManifestFormat;
  /** What `number` counts. */
  unit: 'line' | 'entry';
  /** Names of all fields, in the order in which they first come; those of a header also where no row has them. */
  columns: string[];
  /** The rows without problems of their own. */
  rows: ManifestRow[];
  problems: ManifestProblem[];
}

/** A column of this kind is a note to the reader and no field. */
export function isNote(name: string): boolean {
  return name.startsWith('#');
}

/** Why a name cannot be that of a field. */
export function wrongName(name: string): string | undefined {
  if (name === '') return 'a column has no name';
  // Copied into an object it would be that object's prototype.
  if (name === '__proto__') return 'a column cannot be called __proto__';
  return undefined;
}

/** An object without a prototype. */
export function emptyValues(): ManifestValues {
  return Object.create(null) as ManifestValues;
}

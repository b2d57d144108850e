/** The shapes that output can have; by itself, since every start of the program needs the names alone. */
export const FORMATS = ['table', 'json', 'ndjson', 'csv', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

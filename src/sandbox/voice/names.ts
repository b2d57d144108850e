/** Names of fields: `afterBytes` in TypeScript, `after_bytes` in files and over the network. */
import { isObject } from '../../shared/json.ts';

/** The same data with the names of all fields as files have them. */
export function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [snakeName(name), snakeCased(field)]),
  );
}

/** `after_bytes` of `afterBytes`. */
export function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

import type { AudioError } from '../../errors.ts';
import { CONVERT_HINT, notDecoded } from '../../file-errors.ts';

/** Audio object types that a file may name (ISO/IEC 14496-3, Table 1.17). */
const NAMES: Readonly<Record<number, string>> = {
  1: 'AAC Main',
  2: 'AAC-LC',
  3: 'AAC SSR',
  4: 'AAC LTP',
  5: 'SBR',
  6: 'AAC Scalable',
  7: 'TwinVQ',
  8: 'CELP',
  9: 'HVXC',
  17: 'ER AAC-LC',
  19: 'ER AAC LTP',
  20: 'ER AAC Scalable',
  21: 'ER TwinVQ',
  22: 'ER BSAC',
  23: 'AAC-LD',
  24: 'ER CELP',
  25: 'ER HVXC',
  29: 'PS',
  30: 'MPEG Surround',
  32: 'MPEG-1 Layer 1',
  33: 'MPEG-1 Layer 2',
  34: 'MPEG-1 Layer 3',
  36: 'MPEG-4 ALS',
  37: 'MPEG-4 SLS',
  39: 'AAC-ELD',
  42: 'xHE-AAC (USAC)',
};

/** The object types that decide something here. */
export const AAC_LC = 2;
export const SBR = 5;
export const PS = 29;
const USAC = 42;

/** `AAC Main (object type 1)`. */
function objectTypeName(objectType: number): string {
  const name = NAMES[objectType];
  return name === undefined ? `audio object type ${objectType}` : `${name} (audio object type ${objectType})`;
}

/** That a file holds a kind of AAC which is not decoded. */
export function objectTypeError(path: string, objectType: number): AudioError {
  const hint =
    objectType === USAC
      ? `${CONVERT_HINT} (xHE-AAC needs ffmpeg 7.1 or later; on macOS: afconvert)`
      : CONVERT_HINT;
  return notDecoded(path, `holds ${objectTypeName(objectType)}`, hint);
}

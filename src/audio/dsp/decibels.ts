/** The level of an amplitude in dB over 1 (full scale); -Infinity for 0. */
export function amplitudeToDb(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}

/** The amplitude of a level in dB. */
export function dbToAmplitude(db: number): number {
  return 10 ** (db / 20);
}

/** The level of a mean square in dB over 1; -Infinity for 0. */
export function powerToDb(power: number): number {
  return 10 * Math.log10(power);
}

/** The mean square of a level in dB. */
export function dbToPower(db: number): number {
  return 10 ** (db / 10);
}

/** Values of flags that are more than text. */
import { InvalidArgumentError } from 'commander';

/** Reads a number of a flag. @throws InvalidArgumentError (commander's own) for one that is out of range */
export function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    return value;
  };
}

/** Reads a whole number of a flag. @throws InvalidArgumentError (commander's own) for any other */
export function wholeBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}

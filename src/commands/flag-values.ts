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

/** Reads a whole number of a flag. @throws InvalidArgumentError (commander's own) for one that is out of range */
export function wholeBetween(min: number, max: number): (text: string) => number {
  const read = numberBetween(min, max);
  return (text) => {
    const value = read(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
    return value;
  };
}

/** A set-up that the specification does not allow, or that asks for more than any encoder does. `message` says what. */
export class SetupError extends Error {}

/** @throws SetupError */
export function require(condition: boolean, message: string): asserts condition {
  if (!condition) throw new SetupError(message);
}

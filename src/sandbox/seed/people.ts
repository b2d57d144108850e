/** The people that the company speaks with, and their numbers. */

const CALLERS = [
  'Dana Whitfield',
  'Marcus Oyelaran',
  'Ines Calder',
  'Tom Brandt',
  'Yuki Arai',
  'Paula Stroud',
] as const;

/** The name of a contact. */
export function contactName(contact: number): string {
  return CALLERS[contact % CALLERS.length] as string;
}

/** Area codes that are in use are of no concern: 555-01xx is reserved for fiction in every one. */
const FIRST_AREA = 208;
const AREAS = 700;
const NUMBERS_IN_AREA = 80;

/** How many contacts can have numbers of their own. */
export const CONTACTS = AREAS * NUMBERS_IN_AREA;

/** The number of a contact without `+`: `12085550120`. */
export function contactNumber(contact: number): string {
  const area = FIRST_AREA + (Math.floor(contact / NUMBERS_IN_AREA) % AREAS);
  return `1${area}5550${120 + (contact % NUMBERS_IN_AREA)}`;
}

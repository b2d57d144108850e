/** Where the generator of noise begins. Any number would do; with this one the noise is that of ffmpeg. */
export const NOISE_SEED = 0x1f2e3d4c;

/** Four values of books 1 and 2 by their payload (see `codebookTables`), for the kernel to load as one vector. */
export const SIGNED_FOURS = fours((level) => level - 1);

/** Four magnitudes of books 3 and 4 by their payload, dequantized. */
export const FOURS = fours((level) => level ** (4 / 3));

/** Sign bits of four coefficients: by which of them are not 0 (times 16, the first one lowest), and the next four bits. */
export const SIGN_MASKS = Int32Array.from({ length: 16 * 16 * 4 }, (_, i) => {
  const present = i >> 6;
  const signs = (i >> 2) & 15;
  const lane = i & 3;
  if ((present >> lane) % 2 === 0) return 0;
  let before = 0;
  for (let other = 0; other < lane; other++) before += (present >> other) & 1;
  return ((signs >> (3 - before)) & 1) === 1 ? -0x80000000 : 0;
});

function fours(of: (level: number) => number): Float32Array {
  return Float32Array.from({ length: 256 * 4 }, (_, i) => of(((i >> 2) >> (2 * (i & 3))) & 3));
}

/** How a Fourier transform is cut into passes, see `kernels/spectrum.ts`. */
export interface TransformPlan {
  size: number;
  passes: readonly TransformPass[];
  /** Cosine and sine of every pass but the last, in the order of their use. */
  twiddles: Float32Array;
}

/** A pass of `rows` * `columns` butterflies of `radix` values; `offset` is where its factors stand in `twiddles`. */
export interface TransformPass {
  radix: number;
  rows: number;
  columns: number;
  offset: number;
}

const RADICES: readonly number[] = [4, 2, 3, 5, 7];

/**
 * Plans a forward transform of `size` complex values, or undefined when `size` has a factor other than 2, 3, 5 and 7.
 *
 * Source: Van Loan, Computational Frameworks for the Fast Fourier Transform, §1.7 (Stockham autosort), for mixed radices.
 */
export function planTransform(size: number): TransformPlan | undefined {
  const radices = radicesOf(size);
  if (radices === undefined) return undefined;
  const passes: TransformPass[] = [];
  const twiddles: number[] = [];
  let length = size;
  let columns = 1;
  for (const radix of radices) {
    const rows = length / radix;
    passes.push({ radix, rows, columns, offset: twiddles.length });
    for (let row = 0; rows > 1 && row < rows; row++) {
      for (let k = 1; k < radix; k++) {
        const angle = (-2 * Math.PI * row * k) / length;
        twiddles.push(Math.cos(angle), Math.sin(angle));
      }
    }
    length = rows;
    columns *= radix;
  }
  return { size, passes, twiddles: Float32Array.from(twiddles) };
}

function radicesOf(size: number): number[] | undefined {
  const radices: number[] = [];
  let rest = size;
  for (const radix of RADICES) {
    while (rest % radix === 0) {
      radices.push(radix);
      rest /= radix;
    }
  }
  // The large radices first: their factors are read once for a whole row of columns later on.
  return rest === 1 ? radices.reverse() : undefined;
}

/** Reads stereo recordings of calls back. */

const MS = 24;

/** Where the samples of a WAV file with a plain header are. */
function dataOf(file: Buffer): Buffer {
  if (file.toString('latin1', 36, 40) !== 'data') throw new Error('the header is not the plain one');
  if (file.readUInt32LE(4) !== file.length - 8) throw new Error('the size of the file is not told');
  return file.subarray(44, 44 + file.readUInt32LE(40));
}

/** Each channel as runs of one value: the value and its milliseconds. */
export function tracks(file: Buffer): { left: [number, number][]; right: [number, number][] } {
  const data = dataOf(file);
  const side = (offset: number) => {
    const runs: [number, number][] = [];
    for (let at = offset; at < data.length; at += 4) {
      const value = data.readInt16LE(at);
      const run = runs.at(-1);
      if (run !== undefined && run[0] === value) run[1]++;
      else runs.push([value, 1]);
    }
    return runs.map(([value, frames]): [number, number] => [value, frames / MS]);
  };
  return { left: side(0), right: side(2) };
}

/** The marks of a WAV file at 24 kHz: begin and length in milliseconds, and the label. */
export function wavMarks(file: Buffer): [number, number | undefined, string][] {
  const found = new Map<number, [number, number | undefined, string]>();
  const visit = (from: number, to: number) => {
    for (let at = from; at + 8 <= to; ) {
      const id = file.toString('latin1', at, at + 4);
      const size = file.readUInt32LE(at + 4);
      const body = at + 8;
      if (id === 'cue ')
        for (let i = 0; i < file.readUInt32LE(body); i++) {
          const point = body + 4 + i * 24;
          found.set(file.readUInt32LE(point), [file.readUInt32LE(point + 20) / MS, undefined, '']);
        }
      if (id === 'LIST') visit(body + 4, body + size);
      const mark = found.get(size >= 4 ? file.readUInt32LE(body) : -1);
      if (id === 'labl' && mark !== undefined) mark[2] = file.toString('utf8', body + 4, body + size - 1);
      if (id === 'ltxt' && mark !== undefined) mark[1] = file.readUInt32LE(body + 4) / MS;
      at = body + size + (size % 2);
    }
  };
  visit(44 + dataOf(file).length, file.length);
  return [...found.values()];
}

/** What an .m4a file with one ALAC track holds. */
export interface AlacFile {
  cookie: Buffer;
  packets: Buffer[];
}

/** The magic cookie and the packets of an .m4a file as ffmpeg writes it: one track, plain sample tables. */
export function readAlac(file: Buffer): AlacFile {
  const tables = Buffer.concat(['moov', 'trak', 'mdia', 'minf', 'stbl'].reduce(into, [file]));
  const [entry = Buffer.alloc(0)] = boxes(tables, 'stsd');
  const [sizes = Buffer.alloc(0)] = boxes(tables, 'stsz');
  const [runs = Buffer.alloc(0)] = boxes(tables, 'stsc');
  const [chunks = Buffer.alloc(0)] = boxes(tables, 'stco');
  // Size, type, 28 bytes of the sample entry, size, type, version and flags of the cookie's box.
  const [cookie = Buffer.alloc(0)] = boxes(entry.subarray(8 + 8 + 28), 'alac');
  const packets: Buffer[] = [];
  let run = 0;
  for (let chunk = 0; chunk < chunks.readUInt32BE(4); chunk++) {
    if (run + 1 < runs.readUInt32BE(4) && runs.readUInt32BE(8 + 12 * (run + 1)) === chunk + 1) run++;
    let at = chunks.readUInt32BE(8 + 4 * chunk);
    for (let i = 0; i < runs.readUInt32BE(8 + 12 * run + 4); i++) {
      const size = sizes.readUInt32BE(4) || sizes.readUInt32BE(12 + 4 * packets.length);
      packets.push(file.subarray(at, at + size));
      at += size;
    }
  }
  return { cookie: cookie.subarray(4), packets };
}

function into(parents: Buffer[], type: string): Buffer[] {
  return parents.flatMap((parent) => boxes(parent, type));
}

function boxes(parent: Buffer, type: string): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 8 <= parent.length; at += Math.max(8, parent.readUInt32BE(at))) {
    const size = parent.readUInt32BE(at);
    if (parent.toString('latin1', at + 4, at + 8) === type) found.push(parent.subarray(at + 8, at + size));
  }
  return found;
}

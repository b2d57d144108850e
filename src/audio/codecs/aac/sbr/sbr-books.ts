import { HuffmanTree } from './huffman-tree.ts';

/**
 * The Huffman books of spectral band replication: ISO/IEC 14496-3, Tables 4.A.79 to 4.A.88. What they code are
 * differences from one envelope to the next (in time) or from one band to the next (in frequency).
 */
export interface DeltaBooks {
  inTime: HuffmanTree;
  inFrequency: HuffmanTree;
}

/** Levels of envelopes, in steps of 1.5 dB and of 3 dB. */
export const LEVEL_BOOKS: readonly [DeltaBooks, DeltaBooks] = [
  {
    inTime: new HuffmanTree(
      '2:60,59 3:61,58 4:62,57 5:63,56 6:64,55 7:65,54 8:66,53 9:67,52 10:51,68 11:50 12:69,49 13:70,48,47 ' +
        '14:71,46,72,45 15:44,73 16:41-43,74,36,40,76 17:34,39,75,37 18:35,38,0-5 19:6-33,77-120',
      60,
    ),
    inFrequency: new HuffmanTree(
      '2:60,59 3:61,58 4:57,62 5:56,63 6:55,64 7:54 8:65,53,66 9:52,67,51 10:68,50 11:69,49,70,71 ' +
        '12:48,72,47,73 13:74,46,45,75 14:76,77,44 15:43,42 16:41,78,79,40,39 17:80,81,36-38,34 ' +
        '18:32,82,83,85,19,35,86,87,30,33,84,88,104 19:9,14,16,17,23,27,29,31,90,97,102,107,108,0,1 ' +
        '20:2-8,10-13,15,18,20-22,24-26,28,89,91-96,98-101,103,105,106,109-120',
      60,
    ),
  },
  {
    inTime: new HuffmanTree(
      '1:31 2:30 3:32 4:29 5:33 6:28 7:34 8:27 9:35 11:26,36 12:25 13:24,37 14:23,38,22,21,39 15:40 ' +
        '16:41,18,20,19 17:17,42 18:43,0,1 19:2-16,44-62',
      31,
    ),
    inFrequency: new HuffmanTree(
      '1:31 2:30 3:32 4:29 5:33 6:28 8:34,27 9:35,26 10:36,25 11:37,24 12:38,23 13:39 14:40,22 15:21,41,42 ' +
        '16:20,19,43,44 17:18,16,45,46 18:17,49,13,7,12,47,48 19:9,10,15,51-53,56,8,11,55 20:0-6,14,50,54,57-62',
      31,
    ),
  },
];

/** The balance of coupled pairs, in steps of 1.5 dB and of 3 dB. */
export const BALANCE_BOOKS: readonly [DeltaBooks, DeltaBooks] = [
  {
    inTime: new HuffmanTree(
      '1:24 2:25 3:23 4:26 5:22 6:27 7:21 8:28 9:20 11:19,29 12:18,30 15:31 16:17,32,0-16,33-38 17:39-48',
      24,
    ),
    inFrequency: new HuffmanTree(
      '1:24 2:23 3:25 4:22 5:26 6:27 7:21 8:20 9:28 11:19,29,18 12:30 14:17 15:31 16:32,15 17:16 18:0-14,33-46 ' +
        '19:47,48',
      24,
    ),
  },
  {
    inTime: new HuffmanTree('1:12 2:13 3:11 4:10 5:14 6:15 7:9 8:8 9:16 12:7 13:0-6,17-22 14:23,24', 12),
    inFrequency: new HuffmanTree(
      '1:12 2:11 3:13 4:10 5:14 6:15 7:9 8:8 9:16 11:7 12:17 13:18,0-4 14:5,6,19-24',
      12,
    ),
  },
];

/** Noise floors, and their balance. In frequency they share the books of envelopes in steps of 3 dB. */
export const NOISE_BOOKS: DeltaBooks = {
  inTime: new HuffmanTree(
    '1:31 2:32 3:30 4:29 5:33 6:28 8:34,27 10:35 11:26 13:36,42,0-25,37-41,43-60 14:61,62',
    31,
  ),
  inFrequency: LEVEL_BOOKS[1].inFrequency,
};
export const NOISE_BALANCE_BOOKS: DeltaBooks = {
  inTime: new HuffmanTree('1:12 2:11 3:13 5:10 6:14 8:0-9,15-24', 12),
  inFrequency: BALANCE_BOOKS[1].inFrequency,
};

import { HuffmanTree } from '../sbr/huffman-tree.ts';
import type { DeltaBooks } from '../sbr/sbr-books.ts';

/**
 * The Huffman books of parametric stereo: ISO/IEC 14496-3, Tables 8.B.18 to 8.B.24. Differences of intensity come in
 * coarse and in fine steps.
 */
export const INTENSITY_BOOKS: readonly [DeltaBooks, DeltaBooks] = [
  {
    inTime: new HuffmanTree(
      '1:14 2:13 3:15 4:12 5:16 6:11 7:17 8:10 9:18 10:9 11:19 12:8 13:20 14:21 15:7 17:22,6 19:23,0-2 ' +
        '20:3-5,24-28',
      14,
    ),
    inFrequency: new HuffmanTree(
      '1:14 3:15,13 4:16,12 5:17,11 6:10,18,19 7:9 8:20 9:8 10:7 11:21 13:22,6 14:23,24 15:5,25 16:4 ' +
        '17:3,0-2,26 18:27,28',
      14,
    ),
  },
  {
    inTime: new HuffmanTree(
      '2:31 7:26,34 6:27,33 8:35 9:24,36 11:39 12:41 15:9,10,48,49 13:17 10:23,37 13:43 15:11,12 ' +
        '16:4,56,2,3,59,60,57,58,0,1,5,55,6,54 15:13 14:15 12:20,40 11:22,38 14:45 15:47 16:7,53 13:18,42 ' +
        '14:16,44 16:8,52 15:14,46 16:50,51 13:19 12:21 9:25 5:28,32 3:29 1:30',
      30,
    ),
    inFrequency: new HuffmanTree(
      '4:28,32 3:29,31 5:27,33 6:26,34 7:25,35 8:24,36 9:37 11:40 12:19,41 10:22,38 17:9,51,11,49 16:13,47 ' +
        '14:16 13:18,42 14:44 17:12,48 18:4,5,2,3 15:15 11:21,39 15:45 18:8,52,6,7,55,56,53,54 14:17,43 ' +
        '18:59,60,57,58,0,1,10,50 16:14,46 12:20 10:23 1:30',
      30,
    ),
  },
];

/** Coherence of the channels. */
export const COHERENCE_BOOKS: DeltaBooks = {
  inTime: new HuffmanTree('1:7 2:8 3:6 4:9 5:5 6:10 7:4 8:11 9:3 10:12 11:2 12:13 13:1 14:0,14', 7),
  inFrequency: new HuffmanTree('1:7 2:8 3:6 4:9 5:5 6:10 7:4 8:11 9:12 10:3 11:13 12:2 13:14 14:1,0', 7),
};

/** Phase between the channels, and of both, in eighths of a turn. */
export const PHASE_BOOKS: readonly [between: DeltaBooks, overall: DeltaBooks] = [
  {
    inTime: new HuffmanTree('4:5 5:4,3 4:2,6 3:1,7 1:0', 0),
    inFrequency: new HuffmanTree('3:1 4:4,5,3,6,2,7 1:0', 0),
  },
  {
    inTime: new HuffmanTree('4:5,2,6 5:4,3 3:1,7 1:0', 0),
    inFrequency: new HuffmanTree('3:7,1 4:3,6,2 5:5,4 1:0', 0),
  },
];

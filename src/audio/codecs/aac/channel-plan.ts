import type { BitReader } from '../../io/bit-reader.ts';
import type { ChannelLayout, Speaker } from '../../layout.ts';

/** Kinds of syntactic elements (ISO/IEC 14496-3, Table 4.85). */
export const SCE = 0;
export const CPE = 1;
export const CCE = 2;
export const LFE = 3;
export const DSE = 4;
export const PCE = 5;
export const FIL = 6;
export const END = 7;

/** An element that carries one channel (SCE, LFE) or two (CPE), and where they are heard. */
export interface PlannedElement {
  kind: typeof SCE | typeof CPE | typeof LFE;
  /** Its `element_instance_tag` where a program config names it; otherwise elements count in their order. */
  tag?: number;
  speakers: ChannelLayout;
}

/** The elements of every block of a stream, in the order of its channels. */
export type ChannelPlan = readonly PlannedElement[];

const CENTRE: PlannedElement = { kind: SCE, speakers: ['FC'] };
const FRONT: PlannedElement = { kind: CPE, speakers: ['FL', 'FR'] };
const SIDE: PlannedElement = { kind: CPE, speakers: ['SL', 'SR'] };
const BACK: PlannedElement = { kind: CPE, speakers: ['BL', 'BR'] };
const BACK_CENTRE: PlannedElement = { kind: SCE, speakers: ['BC'] };
const BASS: PlannedElement = { kind: LFE, speakers: ['LFE'] };
const TOP: PlannedElement = { kind: CPE, speakers: ['TFL', 'TFR'] };

/**
 * Plans by `channelConfiguration` (ISO/IEC 14496-3, Table 1.19). 7 is the wide front of the standard on paper, but
 * what encoders write with it is the usual 7.1, which is how players take it.
 */
const PLANS: Readonly<Record<number, ChannelPlan>> = {
  1: [{ kind: SCE, speakers: ['mono'] }],
  2: [FRONT],
  3: [CENTRE, FRONT],
  4: [CENTRE, FRONT, BACK_CENTRE],
  5: [CENTRE, FRONT, BACK],
  6: [CENTRE, FRONT, BACK, BASS],
  7: [CENTRE, FRONT, SIDE, BACK, BASS],
  11: [CENTRE, FRONT, BACK, BACK_CENTRE, BASS],
  12: [CENTRE, FRONT, SIDE, BACK, BASS],
  14: [CENTRE, FRONT, BACK, BASS, TOP],
};

/** The plan of a channel configuration; undefined for 0, which has a plan of its own, and for what is not decoded. */
export function planOf(channelConfiguration: number): ChannelPlan | undefined {
  return PLANS[channelConfiguration];
}

/** The plan that fits a block's elements where nothing else tells. */
export function planOfElements(kinds: readonly number[]): ChannelPlan {
  const usual = Object.values(PLANS).find(
    (plan) => plan.length === kinds.length && plan.every(({ kind }, i) => kind === kinds[i]),
  );
  return usual ?? kinds.map(placeless);
}

function placeless(kind: number): PlannedElement {
  if (kind === CPE) return { kind: CPE, speakers: ['unknown', 'unknown'] };
  return kind === LFE ? BASS : { kind: SCE, speakers: ['unknown'] };
}

/** The speakers of all channels of a plan. */
export function layoutOf(plan: ChannelPlan): ChannelLayout {
  const speakers = plan.flatMap((element) => element.speakers);
  return speakers.length === 1 ? ['mono'] : speakers;
}

interface ListedElement {
  isPair: boolean;
  tag: number;
}

/**
 * Reads a `program_config_element` behind its `element_instance_tag`. Bits before `origin` do not count for its
 * alignment.
 *
 * Source: ISO/IEC 14496-3 §4.4.1.1, Table 4.2.
 */
export function readProgramConfig(bits: BitReader, origin: number): ChannelPlan {
  bits.skip(2 + 4);
  const counts = [bits.read(4), bits.read(4), bits.read(4)];
  const [basses, data, couplings] = [bits.read(2), bits.read(3), bits.read(4)];
  for (const width of [4, 4, 3]) if (bits.flag()) bits.skip(width);
  const [front = [], side = [], back = []] = counts.map((count) => listed(bits, count));
  const bass = Array.from({ length: basses }, () => ({ ...BASS, tag: bits.read(4) }));
  bits.skip(4 * data + 5 * couplings);
  bits.skip(-(bits.position - origin) & 7);
  bits.skip(8 * bits.read(8));
  return [...placedInFront(front), ...placedBehind(side, back), ...bass];
}

function listed(bits: BitReader, count: number): ListedElement[] {
  return Array.from({ length: count }, () => ({ isPair: bits.flag(), tag: bits.read(4) }));
}

/** Elements are listed from the centre outwards. */
function placedInFront(elements: readonly ListedElement[]): PlannedElement[] {
  const pairs = elements.filter(({ isPair }) => isPair).length;
  if (pairs === 0 && elements.length === 2) {
    return elements.map(({ tag }, i) => ({ kind: SCE, tag, speakers: [i === 0 ? 'FL' : 'FR'] }));
  }
  const centre = elements.find(({ isPair }) => !isPair);
  let inner = pairs - 1;
  return elements.map((element) => {
    const { isPair, tag } = element;
    if (!isPair) return { kind: SCE, tag, speakers: [element === centre ? 'FC' : 'unknown'] };
    const speakers = pair(inner, [
      ['FL', 'FR'],
      ['FLC', 'FRC'],
    ]);
    inner--;
    return { kind: CPE, tag, speakers };
  });
}

/** Elements beside and behind the listener; two pairs behind and none beside are both. */
function placedBehind(side: readonly ListedElement[], back: readonly ListedElement[]): PlannedElement[] {
  const pairs = back.filter(({ isPair }) => isPair).length;
  let toSide = side.length === 0 ? pairs - 1 : 0;
  const placed = (speakers: readonly [Speaker, Speaker], { isPair, tag }: ListedElement): PlannedElement =>
    isPair
      ? { kind: CPE, tag, speakers }
      : { kind: SCE, tag, speakers: [speakers[0] === 'BL' ? 'BC' : 'unknown'] };
  return [
    ...side.map((element) => placed(['SL', 'SR'], element)),
    ...back.map((element) => placed(element.isPair && toSide-- > 0 ? ['SL', 'SR'] : ['BL', 'BR'], element)),
  ];
}

function pair(index: number, places: readonly (readonly [Speaker, Speaker])[]): readonly [Speaker, Speaker] {
  return places[index] ?? ['unknown', 'unknown'];
}

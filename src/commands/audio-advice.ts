/** What somebody should know about a file that was measured, and what to do about it. */
import { formatSeconds } from '../audio/errors.ts';
import type { Analysis } from './audio-analysis.ts';

/** `code` is for scripts and stays; `advice` names flags where there are any that help. */
export interface Remark {
  code:
    | 'silent'
    | 'clipped'
    | 'loud_peaks'
    | 'very_quiet'
    | 'out_of_phase'
    | 'channel_silent'
    | 'dual_mono'
    | 'dc_offset'
    | 'long_silence';
  message: string;
  advice: string;
}

/** LUFS below which speech is hard to hear beside a telephone call at a usual level. */
const VERY_QUIET = -35;
/** dBFS of a channel beside which the other one is heard. */
const SILENT_CHANNEL = -60;
/** Correlation below which a mix loses more than it keeps. */
const OUT_OF_PHASE = -0.5;
/** Correlation of channels that differ in sign and in what rounding makes of it. */
const OPPOSITE = -0.999;
/** A hundredth of full scale. */
const DC_OFFSET = 0.01;
const LONG_SILENCE_SECONDS = 2;
/** dBTP above which converters and lossy encoders clip. */
const FULL_SCALE = 0;

/** In order of importance. */
export function remarksOn(analysis: Analysis): Remark[] {
  const { levels } = analysis;
  if (levels.sound === undefined)
    return [
      {
        code: 'silent',
        message: levels.isDigitalSilence ? 'every sample is zero' : 'nothing in it is louder than -50 dBFS',
        advice: 'Check the recording; a call may be on another track or in another file.',
      },
    ];
  return [
    ...clipping(analysis),
    ...phase(analysis),
    ...loudness(analysis),
    ...offset(analysis),
    ...ends(analysis),
  ];
}

function clipping({ levels, truePeak }: Analysis): Remark[] {
  const { runs, samples } = levels.overall.clipped;
  if (runs > 0)
    return [
      {
        code: 'clipped',
        message: `clipped ${runs === 1 ? 'once' : `${runs.toLocaleString('en-US')} times`} (${samples.toLocaleString('en-US')} samples at full scale)`,
        advice: 'What was cut off is lost, and no gain brings it back: get a recording at a lower level.',
      },
    ];
  if (truePeak <= FULL_SCALE) return [];
  return [
    {
      code: 'loud_peaks',
      message: `peaks reach ${signed(truePeak)} dBTP, above full scale`,
      advice: `They may clip when it is played or encoded again: --gain ${(-truePeak - 1).toFixed(1)} leaves room, --normalize limits them.`,
    },
  ];
}

function phase({ levels }: Analysis): Remark[] {
  const { stereo, channels } = levels;
  if (stereo === undefined) return [];
  const silent = channels.findIndex(({ peak }) => peak < SILENT_CHANNEL);
  if (silent >= 0)
    return [
      {
        code: 'channel_silent',
        message: `the ${silent === 0 ? 'left' : 'right'} channel is silent`,
        advice: `A mix to mono would halve the level: --channel ${silent === 0 ? 2 : 1} takes the other one.`,
      },
    ];
  const isOpposite = stereo.isInverted || (stereo.correlation ?? 1) < OPPOSITE;
  if (isOpposite || (stereo.correlation ?? 1) < OUT_OF_PHASE)
    return [
      {
        code: 'out_of_phase',
        message: isOpposite
          ? 'the right channel is the left one inverted: nothing is left of a mix to mono'
          : `the channels are out of phase (correlation ${stereo.correlation?.toFixed(2)}): a mix to mono cancels`,
        advice: 'Take one channel alone: --channel 1.',
      },
    ];
  if (!stereo.isDualMono) return [];
  return [
    {
      code: 'dual_mono',
      message: 'both channels are the same: mono in two channels',
      advice: '--channels 1 halves its size and loses nothing.',
    },
  ];
}

function loudness({ loudness: { integrated } }: Analysis): Remark[] {
  if (integrated >= VERY_QUIET) return [];
  return [
    {
      code: 'very_quiet',
      message: Number.isFinite(integrated)
        ? `very quiet: ${integrated.toFixed(1)} LUFS`
        : 'very quiet: too soft for a loudness to be measured',
      advice: 'Bring it to a usual loudness: --normalize -16.',
    },
  ];
}

function offset({ levels }: Analysis): Remark[] {
  const { dcOffset } = levels.overall;
  if (Math.abs(dcOffset) < DC_OFFSET) return [];
  return [
    {
      code: 'dc_offset',
      message: `the zero line is off by ${(dcOffset * 100).toFixed(1)} % of full scale (DC offset)`,
      advice: 'It costs headroom and clicks at cuts; it comes from the device that recorded.',
    },
  ];
}

function ends({ levels: { silenceBefore, silenceAfter } }: Analysis): Remark[] {
  const parts = [
    silenceBefore > LONG_SILENCE_SECONDS ? `${formatSeconds(silenceBefore)} before` : undefined,
    silenceAfter > LONG_SILENCE_SECONDS ? `${formatSeconds(silenceAfter)} after` : undefined,
  ].filter((part) => part !== undefined);
  if (parts.length === 0) return [];
  return [
    {
      code: 'long_silence',
      message: `silence at the ends: ${parts.join(', ')}`,
      advice: 'Cut it: --trim-silence.',
    },
  ];
}

/** `+0.3`, `-1.0`. */
function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${value.toFixed(1)}`;
}

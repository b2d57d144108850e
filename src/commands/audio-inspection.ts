/** All that `audio inspect` found out about a file, and how scripts and summaries get it. */
import type { JsonObject } from '../shared/json.ts';
import { type Remark, remarksOn } from './audio-advice.ts';
import type { Analysis } from './audio-analysis.ts';
import type { AudioFile } from './audio-files.ts';
import type { PromptFitness, VoiceFitness } from './audio-fitness.ts';
import { formatRate, formatTime } from './audio-values.ts';

/** All that is known of one file. */
export interface Inspection {
  file: AudioFile;
  /** What a person calls the format: `WAV`. */
  format: string;
  mimeType: string | null;
  bytes: number;
  analysis: Analysis;
  remarks: Remark[];
  prompt: PromptFitness | null;
  voice: VoiceFitness;
}

export function inspectionOf(parts: Omit<Inspection, 'remarks'>): Inspection {
  return { ...parts, remarks: remarksOn(parts.analysis) };
}

/** To two decimals; null for silence and for what is not known. */
function level(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Math.round(value * 100) / 100;
}

function fixed(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

/** The object that scripts get. Levels are in the unit that their names end with, null for silence. */
export function inspectionObject(inspection: Inspection): JsonObject {
  const { file, format, mimeType, bytes, analysis, remarks, prompt, voice } = inspection;
  const { info, levels, loudness, truePeak, frames, seconds, notes } = analysis;
  return {
    file: file.shown,
    format,
    mime_type: mimeType,
    container: info.container,
    codec: info.codec,
    profile: info.profile ?? null,
    sample_rate: info.sampleRate,
    channels: info.channels,
    layout: info.layout,
    bits_per_sample: info.bitsPerSample === 0 ? null : info.bitsPerSample,
    frames,
    seconds: fixed(seconds, 6),
    bytes,
    bit_rate: bitRate(inspection),
    tags: info.tags ?? {},
    loudness: {
      integrated_lufs: level(loudness.integrated),
      range_lu: level(loudness.range),
      max_momentary_lufs: level(loudness.maxMomentary),
      max_short_term_lufs: level(loudness.maxShortTerm),
      true_peak_dbtp: level(truePeak),
    },
    levels: {
      peak_dbfs: level(levels.overall.peak),
      rms_dbfs: level(levels.overall.rms),
      crest_db: level(levels.overall.crest),
      dc_offset: fixed(levels.overall.dcOffset, 6),
      clipped_runs: levels.overall.clipped.runs,
      clipped_samples: levels.overall.clipped.samples,
      channels: levels.channels.map((channel) => ({
        peak_dbfs: level(channel.peak),
        rms_dbfs: level(channel.rms),
        dc_offset: fixed(channel.dcOffset, 6),
        clipped_samples: channel.clipped.samples,
      })),
    },
    silence: {
      is_silent: levels.sound === undefined,
      before_seconds: fixed(levels.silenceBefore, 3),
      after_seconds: fixed(levels.silenceAfter, 3),
    },
    stereo:
      levels.stereo === undefined
        ? null
        : {
            correlation: level(levels.stereo.correlation),
            is_dual_mono: levels.stereo.isDualMono,
            is_inverted: levels.stereo.isInverted,
          },
    prompt_upload: prompt,
    voice_stream: voice,
    remarks,
    notes,
    error: null,
  };
}

/** Bits for each second of sound; null when there is none. */
export function bitRate({ bytes, analysis }: Inspection): number | null {
  return analysis.seconds === 0 ? null : Math.round((bytes * 8) / analysis.seconds);
}

/** One line of the summary; the columns that it is shown by are `SUMMARY_COLUMNS`. */
export function summaryRow(inspection: Inspection): JsonObject {
  const { analysis, format } = inspection;
  const { info, loudness, truePeak, levels, seconds } = analysis;
  const decibels = (value: number) => (Number.isFinite(value) ? value.toFixed(1) : 'silence');
  const ends =
    levels.sound === undefined
      ? ''
      : `${levels.silenceBefore.toFixed(1)} / ${levels.silenceAfter.toFixed(1)}`;
  return {
    ...inspectionObject(inspection),
    type: shortType(format, info.codec),
    length: formatTime(seconds, 1),
    rate: formatRate(info.sampleRate),
    ch: info.channels,
    lufs: decibels(loudness.integrated),
    peak: decibels(truePeak),
    silence_s: ends,
    remark: inspection.remarks.map(({ code }) => code.replaceAll('_', ' ')).join(', '),
  };
}

export const SUMMARY_COLUMNS = [
  'file',
  'type',
  'length',
  'rate',
  'ch',
  'lufs',
  'peak',
  'silence_s',
  'remark',
];

/** `WAV s16le`, `MP3`, `M4A aac`. */
function shortType(format: string, codec: string): string {
  const short = codec.replace(/^pcm_/, '');
  return short === format.toLowerCase() ? format : `${format} ${short}`;
}

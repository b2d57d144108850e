/** `voice talk`: speak with an agent through the microphone and the loudspeaker of this machine, or through pipes. */
import type { VoiceCall } from '../nextevi/call.ts';
import type { CallEvent } from '../nextevi/call-events.ts';
import { VoiceError } from '../nextevi/errors.ts';
import { cleanLine } from '../output/clean.ts';
import { writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { STREAM, stdinOf } from './audio-files.ts';
import { formatTime } from './audio-values.ts';
import type { Invocation } from './invocation.ts';
import { type CallFlags, callOptions, openCall, together } from './voice-call.ts';
import { CallKeeping } from './voice-keeping.ts';
import {
  eventPrinter,
  finishKeeping,
  type KeepingFlags,
  keptFiles,
  keptObject,
  SPEAKER_NAMES,
  sayKept,
} from './voice-kept.ts';
import { Loudspeaker } from './voice-loudspeaker.ts';
import { PipeOutput, ProgramOutput } from './voice-player.ts';
import { findLiveProgram, type LiveProgram, PIPE } from './voice-programs.ts';
import { type Microphone, microphoneOf, startRecorder } from './voice-recorder.ts';
import { summaryObject, toMilli } from './voice-report.ts';
import { both, LiveScreen, PlainView, type TalkView } from './voice-screen.ts';
import type { SettingsFlags } from './voice-settings-read.ts';
import { TalkModel, type TalkSnapshot } from './voice-talk-model.ts';

export interface TalkOptions extends CallFlags, SettingsFlags, KeepingFlags {
  recorder?: string;
  player?: string;
}

/** Where the sound comes from and goes to. */
interface Ends {
  recorder: LiveProgram | typeof PIPE;
  player: LiveProgram | typeof PIPE;
}

export async function runVoiceTalk(invocation: Invocation, flags: TalkOptions): Promise<void> {
  const { ctx } = invocation;
  const ends = await findEnds(invocation, flags);
  const options = await callOptions(invocation, flags);
  const secrets = [options.credentials.apiKey, options.credentials.accessToken];
  const keeping = await CallKeeping.open(invocation, {
    ...keptFiles(flags),
    secrets,
    onLine: ({ speaker, text, interrupted = false }) => {
      const line = { speaker: SPEAKER_NAMES[speaker], text: cleanLine(text), interrupted };
      model.line(line);
      view.line(line);
    },
    onInterim: (speaker, text) => model.interim(SPEAKER_NAMES[speaker], text),
  });
  const program = ends.player === PIPE ? undefined : new ProgramOutput(ctx, ends.player);
  const speaker = new Loudspeaker(program ?? new PipeOutput(ctx.stdout), {
    clock: ctx.clock,
    sleep: ctx.sleep,
    onFull: () => view.note('Ten minutes of answers wait to be heard: what comes now is dropped.'),
  });
  const model = new TalkModel({
    clock: ctx.clock,
    playing: () => speaker.playing,
    onNote: (text) => view.note(text),
  });
  const view = openView(invocation, ends, () => model.snapshot());
  const spare = ctx.onKill(() => keeping.finishNow());
  const headphones =
    ends.recorder === PIPE || ends.player === PIPE ? '' : 'Use headphones, or the agent hears itself. ';
  view.note(`${headphones}Ctrl-C hangs up.`);
  let microphone: Microphone | undefined;
  let call: VoiceCall | undefined;
  let problem: unknown;
  const over = new AbortController();
  try {
    call = await openCall(invocation, {
      ...options,
      signal: AbortSignal.any([ctx.signal, over.signal]),
      observe: together(keeping.observer, eventPrinter(invocation, keeping, secrets), (event) => {
        model.observe(event);
        hear(event, speaker);
        view.changed();
      }),
    });
    microphone = openMicrophone(invocation, ends, {
      onAudio: (pcm) => {
        model.hears(pcm);
        view.changed();
      },
      onDropped: (ms) =>
        view.note(
          `${(ms / 1000).toFixed(1)} s of the microphone were dropped: the network did not take them.`,
        ),
    });
    const said = call.ask(microphone.audio, { live: true, name: 'microphone' }).then(() => speaker.drain());
    // Of a talk that ends otherwise nobody hears.
    said.catch(() => {});
    const broken = program?.failed.then((error) => {
      throw error;
    });
    await (broken === undefined ? said : Promise.race([said, broken]));
  } catch (error) {
    problem = await endOf(error, { invocation, view, speaker, begun: call !== undefined });
  }
  // What is still being said or waited for is of no use any more.
  over.abort(new CliError('cancelled', 'The talk is over'));
  await Promise.allSettled([microphone?.stop(), speaker.close(), call?.hangUp()]);
  // What has arrived is kept, however the talk ended.
  const ended = await finishKeeping(invocation, keeping, problem);
  spare();
  await view.close();
  sayKept(invocation, ended.kept, flags);
  if (call !== undefined) sayResult(invocation, model);
  if (ended.problem !== undefined) throw ended.problem;
  if (call === undefined || invocation.format === 'table' || invocation.format === 'ndjson') return;
  await writeRecord(
    {
      ...summaryObject(call.summary, call.pace),
      ...measured(model),
      heard_seconds: toMilli(speaker.position / 1000),
      dropped_seconds: toMilli((microphone?.audio.droppedMs ?? 0) / 1000),
      ...keptObject(keeping, ended.kept),
    },
    invocation.rowsOptions(),
  );
}

/** @throws CliError `usage` for what cannot be, before anything is opened */
async function findEnds(invocation: Invocation, options: TalkOptions): Promise<Ends> {
  const { ctx, terminal, format } = invocation;
  if (options.player === PIPE) {
    if (terminal.outIsTerminal)
      throw new CliError('usage', 'Audio is to be written to standard output, but that is a terminal', {
        hint: 'Pipe it into a player, or leave out --player -.',
      });
    if (format !== 'table')
      throw new CliError(
        'usage',
        `With --player - standard output is sound: there is no room for ${format}`,
        {
          hint: 'Name a player, or leave out --json and --output.',
        },
      );
  }
  if (options.recorder === PIPE) stdinOf(invocation, [{ path: STREAM }]);
  return {
    recorder: options.recorder === PIPE ? PIPE : await findLiveProgram(ctx, 'recorder', options.recorder),
    player: options.player === PIPE ? PIPE : await findLiveProgram(ctx, 'player', options.player),
  };
}

function openMicrophone(
  { ctx }: Invocation,
  { recorder }: Ends,
  listeners: Parameters<typeof microphoneOf>[2],
): Microphone {
  return recorder === PIPE
    ? microphoneOf(ctx, ctx.stdin, listeners)
    : startRecorder(ctx, recorder, listeners);
}

/** Plays what the agent says, as long as it is worth hearing. */
function hear(event: CallEvent, speaker: Loudspeaker): void {
  if (event.kind !== 'received') return;
  if (event.event.kind === 'audio') speaker.play(event.event.pcm);
  else if (event.event.kind === 'interruption') speaker.stopNow();
}

function openView(invocation: Invocation, { player }: Ends, snapshot: () => TalkSnapshot): TalkView {
  const { ctx, terminal, flags, format, say, write, colourOut, colourErr } = invocation;
  const isTable = format === 'table';
  const outIsSound = player === PIPE;
  const lines = new PlainView({
    write: !isTable ? undefined : outIsSound ? async (text) => say(text.trimEnd()) : write,
    colour: outIsSound ? colourErr : colourOut,
    say,
  });
  // Lines of `--debug`, or data at the terminal, and lines that are redrawn would run into one another.
  const inTheWay = flags.debug === true || (!isTable && terminal.outIsTerminal);
  if (!terminal.canRedraw || flags.quiet === true || inTheWay) return lines;
  const screen = new LiveScreen({
    stream: terminal.outIsTerminal ? ctx.stdout : ctx.stderr,
    colour: terminal.outIsTerminal ? colourOut : colourErr,
    unicode: terminal.drawsUnicode,
    clock: ctx.clock,
    sleep: ctx.sleep,
    signal: ctx.signal,
    snapshot,
  });
  if (terminal.outIsTerminal || outIsSound || !isTable) return screen;
  return both(screen, new PlainView({ write, colour: colourOut, say: () => {} }));
}

/** @returns the error to end with; undefined when this is how talks end */
async function endOf(
  error: unknown,
  talk: { invocation: Invocation; view: TalkView; speaker: Loudspeaker; begun: boolean },
): Promise<unknown> {
  const { signal } = talk.invocation.ctx;
  if (signal.aborted) {
    const { reason } = signal;
    const hungUp = talk.begun && reason instanceof CliError && reason.type === 'interrupted';
    return hungUp ? undefined : reason;
  }
  if (!talk.begun || !(error instanceof VoiceError) || !error.hungUp) return error;
  talk.view.note('The agent hung up.');
  // Its last words are still to be heard.
  await talk.speaker.drain();
  return undefined;
}

/** The middle one of some times, and the longest. */
function spread(times: readonly number[]): { median: number; max: number } | undefined {
  const sorted = [...times].sort((a, b) => a - b);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const max = sorted.at(-1);
  return median === undefined || max === undefined ? undefined : { median, max };
}

function sayResult({ say }: Invocation, model: TalkModel): void {
  const { elapsedMs } = model.snapshot();
  const times = spread(model.latencies);
  const count = model.latencies.length;
  const seconds =
    times === undefined ? '' : `${(times.median / 1000).toFixed(2)} s after the service noticed an end`;
  const speed =
    times === undefined
      ? ''
      : count === 1
        ? `, 1 answer, ${seconds}`
        : `, ${count} answers, in the median ${seconds}`;
  say(`Talked for ${formatTime(Math.floor(elapsedMs / 1000), 0)}${speed}.`);
}

/** Times of answers go from the service's word that the user had finished to its first audio. */
function measured(model: TalkModel) {
  const times = spread(model.latencies);
  return {
    answers: model.latencies.length,
    answer_ms_median: times === undefined ? null : Math.round(times.median),
    answer_ms_max: times === undefined ? null : Math.round(times.max),
    emotions: model.emotions,
  };
}

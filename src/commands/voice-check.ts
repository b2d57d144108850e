/** `voice check`: the way to the voice service, step by step, without audio. */
import { type CheckResult, checkConnection } from '../nextevi/check.ts';
import { writeRecord } from '../output/rows.ts';
import { proxyName } from '../shared/network.ts';
import { writeFinding } from './findings.ts';
import type { Invocation } from './invocation.ts';
import { agentOptions, type ConnectionFlags, voiceConnection } from './voice-connection.ts';

export interface VoiceCheckOptions extends Pick<ConnectionFlags, 'configId' | 'projectId'> {
  /** How many connections, one after the other. */
  connections: number;
}

/** The service sends its metadata at once; one that sends none in this time is taken for one that never does. */
const PATIENCE_MS = 3_000;

interface Spread {
  min: number;
  median: number;
  max: number;
}

/** @throws CliError of the step that failed, after everything has been shown */
export async function runVoiceCheck(invocation: Invocation, options: VoiceCheckOptions): Promise<void> {
  const { ctx } = invocation;
  const connection = await voiceConnection(invocation, { ...options, transport: 'binary' });
  const way = await agentOptions(invocation, connection.url);
  // The lines of --debug and one that is redrawn would run into one another.
  const progress = invocation.flags.debug === true ? undefined : await invocation.progress('Connecting');
  const results: CheckResult[] = [];
  try {
    while (results.length < options.connections && results.at(-1)?.failure === undefined) {
      if (results.length > 0)
        progress?.update(`Connecting (${results.length + 1} of ${options.connections})`);
      results.push(await checkConnection({ ...connection, way, sleep: ctx.sleep, patienceMs: PATIENCE_MS }));
    }
  } finally {
    progress?.stop();
  }
  const failure = results.at(-1)?.failure;
  const handshake = spreadOf(results.map(({ handshakeMs }) => handshakeMs));
  const roundTrip = spreadOf(results.map(({ roundTripMs }) => roundTripMs));
  // The first connection is shown, or the one that failed.
  const shown = failure === undefined ? results[0] : results.at(-1);
  if (shown !== undefined) {
    if (invocation.format === 'table') {
      await writeSteps(invocation, shown);
      await invocation.write(`\n${summary(results, handshake, roundTrip).join('\n')}\n`);
    } else {
      const proxy = way.proxy === undefined ? null : proxyName(way.proxy);
      await writeRecord(record(results, shown, { proxy, handshake, roundTrip }), invocation.rowsOptions());
    }
  }
  if (failure !== undefined) throw failure;
}

async function writeSteps(invocation: Invocation, { steps }: CheckResult): Promise<void> {
  for (const { step, result, ms, detail } of steps) {
    const took = ms === null ? '' : `${tenths(ms).toFixed(1)} ms`;
    const message = ms === null ? '' : `${took.padStart(10)}  ${detail}`;
    await writeFinding(invocation, { result, name: step, message }, true);
  }
}

function summary(
  results: readonly CheckResult[],
  handshake: Spread | null,
  roundTrip: Spread | null,
): string[] {
  const line = (name: string, spread: Spread | null) => {
    if (spread === null) return `${name.padEnd(11)} not measured`;
    const { min, median, max } = spread;
    if (results.length === 1) return `${name.padEnd(11)} ${median.toFixed(1)} ms`;
    return `${name.padEnd(11)} min ${min.toFixed(1)}, median ${median.toFixed(1)}, max ${max.toFixed(1)} ms`;
  };
  const lines = [line('handshake', handshake), line('round trip', roundTrip)];
  const id = results.at(-1)?.connectionId;
  if (results.length > 1) return [`${results.length} connections`, ...lines];
  return id === undefined ? lines : [...lines, `${'connection'.padEnd(11)} ${id}`];
}

function record(
  results: readonly CheckResult[],
  shown: CheckResult,
  {
    proxy,
    handshake,
    roundTrip,
  }: { proxy: string | null; handshake: Spread | null; roundTrip: Spread | null },
) {
  const { metadata, certificateUntil } = shown;
  return {
    ok: shown.failure === undefined,
    endpoint: shown.endpoint ?? null,
    proxy,
    connection_id: shown.connectionId ?? null,
    handshake_ms: handshake?.median ?? null,
    round_trip_ms: roundTrip?.median ?? null,
    certificate_until: certificateUntil?.toISOString() ?? null,
    metadata:
      metadata === undefined
        ? null
        : {
            connection_id: metadata.connectionId ?? null,
            audio_format: metadata.audioFormat ?? null,
            encoding: metadata.encoding ?? null,
            sample_rate: metadata.sampleRate ?? null,
            channels: metadata.channels ?? null,
            project_id: metadata.projectId ?? null,
            config_id: metadata.configId ?? null,
          },
    steps: shown.steps.map(({ step, result, ms, detail }) => ({
      step: step.replace(' ', '_'),
      result: result.replace(' ', '_'),
      ms: ms === null ? null : tenths(ms),
      detail: ms === null ? null : detail,
    })),
    spread: { handshake_ms: handshake, round_trip_ms: roundTrip },
    connections: results.map(({ connectionId, handshakeMs, roundTripMs }) => ({
      connection_id: connectionId ?? null,
      handshake_ms: handshakeMs === undefined ? null : tenths(handshakeMs),
      round_trip_ms: roundTripMs === undefined ? null : tenths(roundTripMs),
    })),
  };
}

/** Milliseconds to one decimal. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** Of the values that were measured; null where none was. The median of an even number is the mean of the middle two. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | null {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const at = (index: number) => sorted[index] ?? 0;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { min: tenths(min), median: tenths(median), max: tenths(max) };
}

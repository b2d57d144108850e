/** `voice devices`: what `voice talk` could record and play with. */
import { createRowSink } from '../output/rows.ts';
import type { Invocation } from './invocation.ts';
import { devicesOf } from './voice-device-lists.ts';
import { adviceFor, knownPrograms, type Role } from './voice-programs.ts';

/** One program, or one device that it knows. */
interface DeviceRow {
  kind: Role;
  name: string;
  /** Null: the one that the system prefers. */
  device: string | null;
  /** Whether it is taken when nothing else is asked for. */
  used: boolean;
  /** What to give to `--recorder` or `--player`. */
  choice: string;
  description: string | null;
  program: string;
}

async function rowsOf(invocation: Invocation, kind: Role): Promise<DeviceRow[]> {
  const { ctx } = invocation;
  const programs = await knownPrograms(ctx, kind);
  const lists = await Promise.all(programs.map(({ name }) => devicesOf(ctx, kind, name)));
  return programs.flatMap(({ name, program }, index) => {
    const row = { kind, name, used: false, program };
    const description = 'its default device';
    return [
      { ...row, device: null, choice: name, used: index === 0, description },
      ...(lists[index] ?? []).map(({ device, description }) => ({
        ...row,
        device,
        choice: `${name}:${device}`,
        description,
      })),
    ];
  });
}

export async function runVoiceDevices(invocation: Invocation): Promise<void> {
  const { ctx } = invocation;
  const [recorders, players] = await Promise.all([
    rowsOf(invocation, 'recorder'),
    rowsOf(invocation, 'player'),
  ]);
  ctx.signal.throwIfAborted();
  const sink = createRowSink(invocation.rowsOptions(['kind', 'choice', 'used', 'description']));
  await sink.page([...recorders, ...players]);
  await sink.end();
  if (recorders.length === 0)
    invocation.say('No program here records live, so voice talk has no microphone.');
  if (players.length === 0)
    invocation.say('No program here plays live sound, so voice talk has no loudspeaker.');
  if (recorders.length === 0 || players.length === 0)
    invocation.say(
      `${adviceFor(ctx.platform)} Any other can be named with --recorder and --player, and pipes work too (-).`,
    );
}

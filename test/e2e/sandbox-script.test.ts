import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorLine, PROMPTS, type Result, run, temporaryFolder } from '../helpers/cli.ts';
import { toneWav } from '../helpers/wav.ts';

describe('sandbox start --script', () => {
  it('says what the script says, to this program too', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'answer.wav'), toneWav(0.5, 8_000, 1));
    await writeFile(
      join(home, 'agent.yaml'),
      [
        'voice: { reply_speed: unlimited, strict: true }',
        'turns:',
        '  - { transcript: Good morning., answer: Good evening., audio: answer.wav }',
      ].join('\n'),
    );
    let spoken: Promise<Result> | undefined;
    const result = await run(['sandbox', 'start', '--port', '0', '--json', '--script', 'agent.yaml'], home, {
      onStart: (child) => {
        let text = '';
        child.stdout?.on('data', (part: string) => {
          text += part;
          if (spoken !== undefined || !text.endsWith('\n')) return;
          const { env } = JSON.parse(text) as { env: Record<string, string> };
          const words = ['voice', 'stream', join(PROMPTS, 'welcome.wav'), '--json', '--speed', '20'];
          spoken = run(words, home, { env });
          spoken.then(() => child.kill('SIGINT'));
        });
      },
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse((await spoken)?.stdout ?? '')).toMatchObject({
      conversation: [
        { speaker: 'you', text: 'Good morning.' },
        { speaker: 'agent', text: 'Good evening.' },
      ],
      received_seconds: 0.5,
    });
  });

  it('does not start with a script that has problems, and tells all of them', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'bad.yaml'), 'voice: { shape: round }\nturns:\n  - answer: 1\n');
    const result = await run(['sandbox', 'start', '--port', '0', '--script', 'bad.yaml'], home);
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(errorLine(result)).toBe(
      'error: "bad.yaml" has 2 problems. line 1: voice.shape must be hybrid, documented or flat; line 3: turns[0].answer must be a text.',
    );
    const missing = await run(['sandbox', 'start', '--port', '0', '--script', 'none.yaml'], home);
    expect(missing.code).toBe(2);
    expect(errorLine(missing)).toContain('Cannot read "none.yaml": there is no such file.');
  });
});

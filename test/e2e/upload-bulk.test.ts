import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/bulk/manifest.ts';
import { type Bench, errorLine, PROMPTS, type Result, startBench, temporaryFolder } from '../helpers/cli.ts';
import { checkWav, toneWav } from '../helpers/wav.ts';
import { faults, makePrompts, posts, randomOf, storedNames, UPLOADS } from './upload-helpers.ts';

const TYPE = ['--message-type', 'prompt'];
const JOURNAL = '.convirza-prompts-upload.journal';

interface Row {
  outcome: string;
  file: string;
  name: string;
  media_prompt_id: number;
  error: string | null;
}

/** Uploads in a folder with its rows as NDJSON. */
function uploader(bench: Bench, cwd: string) {
  return (args: readonly string[], options: Parameters<Bench['signedIn']>[1] = {}) =>
    bench.signedIn(['prompts', 'upload', ...args, '--output', 'ndjson'], { cwd, ...options });
}

function rowsOf(stdout: string): { rows: Row[]; summary: Record<string, unknown> } {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { summary } = lines.pop();
  return { rows: lines, summary };
}

/** The error as NDJSON has it, its quotes as they were. */
const told = ({ stderr }: Result) => stderr.replaceAll('\\"', '"');

const namesOf = (stdout: string) =>
  rowsOf(stdout)
    .rows.map(({ name }) => name)
    .sort();

describe('sources', () => {
  it('a folder is one level, and all of them with --recursive', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, ['set/a.wav', 'set/deep/b.wav', 'set/deep/er/c.wav', 'set/.hidden/d.wav']);
    const upload = uploader(bench, cwd);
    expect(namesOf((await upload(['set', ...TYPE])).stdout)).toEqual(['a']);
    const template = ['--name-template', '{parent}|{dir}|{stem}|{ext}'];
    const all = await upload(['set', ...TYPE, '--recursive', ...template]);
    expect(all.code).toBe(0);
    expect(namesOf(all.stdout)).toEqual(['deep/er|er|c|wav', 'deep|deep|b|wav', '|set|a|wav']);
  });

  it('patterns are expanded where the shell left them alone', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, ['x/a1.wav', 'x/a2.wav', 'x/b1.wav', 'x/y/a3.wav', 'x/[odd].wav']);
    const upload = uploader(bench, cwd);
    expect(namesOf((await upload(['x/a?.wav', ...TYPE])).stdout)).toEqual(['a1', 'a2']);
    expect(namesOf((await upload(['x/**/[!a]*.wav', ...TYPE])).stdout)).toEqual(['[odd]', 'b1']);
    expect(namesOf((await upload(['x/**/a3.*', ...TYPE])).stdout)).toEqual(['a3']);
    expect(told(await upload(['x/z*.wav', ...TYPE]))).toContain('No file fits "x/z*.wav"');
    const named = await upload(['x/[odd].wav', ...TYPE, '--name', 'odd']);
    expect(namesOf(named.stdout)).toEqual(['odd']);
  });

  it('{index} counts, and an unknown placeholder is refused', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 3);
    const upload = uploader(bench, cwd);
    const wrong = await upload(['.', ...TYPE, '--name-template', '{stem} {folder}']);
    expect(wrong.code).toBe(2);
    expect(told(wrong)).toMatch(/knows no \{folder\}.*\{dir\}, \{stem\}, \{ext\}, \{index\}, \{parent\}/);
    expect(namesOf((await upload(['.', ...TYPE, '--name-template', '{index} {stem}'])).stdout)).toEqual([
      '1 p00',
      '2 p01',
      '3 p02',
    ]);
  });

  const rows = [
    { file: 'p00.wav', name: 'First', message_type: 'whisper', org_unit_id: '1002' },
    { file: 'sub/p01.wav', name: '', message_type: '', org_unit_id: '' },
  ];
  const csv = `file,name,message_type,org_unit_id,#note\n${rows.map((row) => `${Object.values(row).join(',')},x\n`).join('')}`;
  it.each([
    ['rows.csv', csv],
    ['rows.json', JSON.stringify(rows.map((row) => ({ ...row, name: row.name || undefined })))],
    ['rows.ndjson', rows.map((row) => `${JSON.stringify({ ...row, name: row.name || null })}\n`).join('')],
  ])('a manifest %s has a column for each field, which goes before the flags', async (name, text) => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(join(cwd, 'in'), ['p00.wav', 'sub/p01.wav']);
    await writeFile(join(cwd, 'in', name), text);
    const result = await uploader(bench, cwd)(['--from', `in/${name}`, '--message-type', 'survey']);
    expect(result.code).toBe(0);
    expect(namesOf(result.stdout)).toEqual(['First', 'p01']);
    const stored = new Map(bench.sandbox.state.rows('prompts').map((row) => [row['filename'], row]));
    expect(stored.get('First')).toMatchObject({ message_type: 'whisper', org_unit_id: 1002 });
    expect(stored.get('p01')).toMatchObject({ message_type: 'survey', org_unit_id: 1001 });
    // A run in which all went well leaves nothing behind.
    expect((await readdir(join(cwd, 'in'))).sort()).toEqual(['p00.wav', name, 'sub'].sort());
  });

  it('a manifest from standard input, relative to the working folder', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 2);
    const input = 'file,message_type\np00.wav,prompt\np01.wav,voicemail\n';
    const result = await uploader(bench, cwd)(['--from', '-'], { input });
    expect(result.code).toBe(0);
    expect(storedNames(bench)).toEqual(['p00', 'p01']);
  });
});

describe('the plan', () => {
  it('tells all problems of all rows at once, with their lines, and --skip-invalid does the rest', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 3);
    await writeFile(join(cwd, 'text.wav'), 'no audio at all');
    const lines = [
      'file,name,message_type,org_unit_id',
      'p00.wav,same,prompt,',
      'p01.wav,same,prompt,',
      'missing.wav,,prompt,',
      'text.wav,,prompt,',
      'p02.wav,,jingle,',
      'p02.wav,two,prompt,many',
      ',three,prompt,',
      'p02.wav,four,prompt,',
    ];
    await writeFile(join(cwd, 'rows.csv'), `${lines.join('\n')}\n`);
    const args = ['prompts', 'upload', '--from', 'rows.csv'];
    const result = await bench.signedIn(args, { cwd });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toContain('6 files cannot be uploaded, so none was');
    for (const pattern of [
      /rows\.csv: line 3: "p01\.wav" and "p00\.wav" would both be named "same"/,
      /rows\.csv: line 4: .*"missing\.wav".*no such file/,
      /rows\.csv: line 5: "text\.wav" holds text/,
      /rows\.csv: line 6: message_type "jingle"/,
      /rows\.csv: line 7: org_unit_id "many"/,
      /rows\.csv: line 8: it names no file/,
    ])
      expect(result.stderr).toMatch(pattern);
    expect(posts(bench)).toEqual([]);
    const rest = await bench.signedIn([...args, '--skip-invalid'], { cwd });
    expect(rest.code).toBe(0);
    expect(rest.stderr.match(/left out:/g)).toHaveLength(6);
    expect(posts(bench)).toHaveLength(2);
  });

  it('--dry-run shows it as rows, with the names that are taken', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 2);
    expect((await bench.signedIn(['prompts', 'upload', 'p01.wav', ...TYPE], { cwd })).code).toBe(0);
    const args = ['prompts', 'upload', '.', ...TYPE, '--dry-run', '--output', 'csv'];
    const refused = await bench.signedIn(args, { cwd });
    expect(refused.code).toBe(6);
    expect(errorLine(refused)).toContain('the name "p01" is taken');
    expect(refused.stdout.split('\r\n')).toEqual([
      'file,name,type,seconds,sample_rate,channels,bytes,action',
      expect.stringMatching(/^p00\.wav,p00,wav,0\.02,\d+,1,\d+,upload$/),
      expect.stringMatching(/^p01\.wav,p01,wav,0\.021,\d+,1,\d+,none: the name is taken$/),
      '',
    ]);
    expect(posts(bench)).toHaveLength(1);
    expect(existsSync(join(cwd, JOURNAL))).toBe(false);
  });

  it('is shown without an account, with the names unchecked', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 2);
    const args = ['prompts', 'upload', '.', ...TYPE, '--dry-run', '--output', 'csv'];
    const result = await bench.anonymous(args, { cwd });
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('Names were not checked against the service');
    expect(result.stdout.trimEnd().split('\r\n')).toHaveLength(3);
  });

  it('a file too large as it is, but small enough converted: the hint has the size', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    const header = toneWav(0.01, 48_000, 2).subarray(0, 44);
    header.writeUInt32LE(57_600_036, 4);
    header.writeUInt32LE(57_600_000, 40);
    const file = await open(join(cwd, 'big.wav'), 'w');
    await file.write(header);
    await file.truncate(57_600_044);
    await file.close();
    const result = await bench.signedIn(['prompts', 'upload', 'big.wav', ...TYPE], { cwd });
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(
      /has 57\.6 MB.*With --convert --channels 1 it would have 28\.8 MB; --any-size sends it/,
    );
  });
});

describe('conversion on the way', () => {
  it('on threads, to another rate, mono and without silence; nothing stays behind', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    const temporary = await temporaryFolder();
    // What a killed run left two days ago goes as well.
    const left = join(temporary, 'convirza-upload-killed');
    await mkdir(left);
    await writeFile(join(left, '1.wav'), 'rest');
    await utimes(left, Date.now() / 1000 - 172_800, Date.now() / 1000 - 172_800);
    for (const name of await readdir(PROMPTS)) await copyFile(join(PROMPTS, name), join(cwd, name));
    const flags = [
      '--convert',
      'wav',
      '--rate',
      '8k',
      '--channels',
      '1',
      '--normalize',
      '-20',
      '--trim-silence',
    ];
    const result = await uploader(bench, cwd)(['.', ...TYPE, ...flags], { env: { TMPDIR: temporary } });
    expect(result.code).toBe(0);
    const { rows } = rowsOf(result.stdout);
    expect(rows).toHaveLength((await readdir(PROMPTS)).length);
    for (const { media_prompt_id } of rows)
      checkWav(bench.sandbox.promptBytes(media_prompt_id) ?? Buffer.alloc(0), 8_000, 1);
    expect(await readdir(temporary)).toEqual([]);
  });

  it('takes a file behind --convert for a file, and refuses what is not written', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 1);
    const upload = uploader(bench, cwd);
    expect((await upload([...TYPE, '--convert', 'p00.wav'])).code).toBe(0);
    expect(told(await upload(['p00.wav', ...TYPE, '--convert=mp3']))).toContain('only wav can be written');
    expect(told(await upload(['p00.wav', ...TYPE, '--rate', 'fast']))).toContain('--rate');
  });
});

describe('exactly once', () => {
  it('after three SIGKILLs over 30 files', { timeout: 60_000 }, async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 30);
    bench.sandbox.setFaults([{ method: 'POST', path: UPLOADS, delayMs: 5 }]);
    const upload = uploader(bench, cwd);
    for (const kill of [4, 13, 22]) {
      const resume = existsSync(join(cwd, JOURNAL)) ? ['--resume'] : [];
      const result = await upload(['*.wav', ...TYPE, ...resume], {
        onStart: (child) => {
          const timer = setInterval(() => {
            if (posts(bench).length >= kill) child.kill('SIGKILL');
          }, 1);
          child.once('exit', () => clearInterval(timer));
        },
      });
      expect(result.signal).toBe('SIGKILL');
    }
    const refused = await upload(['*.wav', ...TYPE]);
    expect(refused.code).toBe(2);
    expect(told(refused)).toMatch(/is there already: .*--resume/);
    const last = await upload(['*.wav', ...TYPE, '--resume']);
    expect(last.code).toBe(0);
    expect(rowsOf(last.stdout).rows.filter(({ outcome }) => outcome === 'skipped').length).toBeGreaterThan(0);
    expect(storedNames(bench)).toEqual((await makePrompts(cwd, 30)).map((name) => name.slice(0, 3)));
    expect(existsSync(join(cwd, JOURNAL))).toBe(false);
  });

  it.each([1, 2, 3])('with a server that fails one request in five (seed %i)', async (seed) => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    const files = await makePrompts(cwd, 30);
    bench.sandbox.setFaults(faults(60, randomOf(seed)));
    const result = await uploader(bench, cwd)(['.', ...TYPE, '--retries', '2']);
    const { rows } = rowsOf(result.stdout);
    const done = rows.filter(({ outcome }) => outcome === 'done').map(({ name }) => name);
    const failed = rows.filter(({ outcome }) => outcome !== 'done');
    const stored = storedNames(bench);
    expect(new Set(stored).size).toBe(stored.length);
    expect(stored).toEqual(expect.arrayContaining(done));
    expect(done.length + failed.length).toBe(files.length);
    for (const { error } of failed) expect(error).toMatch(/\w/);
    if (failed.length === 0) return;
    expect(result.code).toBe(8);
    bench.sandbox.setFaults([]);
    expect((await uploader(bench, cwd)(['.', ...TYPE, '--retry-failed'])).code).toBe(0);
    expect(storedNames(bench)).toEqual(files.map((name) => name.slice(0, 3)));
  });

  it('a shard uploads its part, and all of them everything', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 20);
    const upload = uploader(bench, cwd);
    const parts = await Promise.all(
      ['1/3', '2/3', '3/3'].map((shard) => upload(['.', ...TYPE, '--shard', shard])),
    );
    expect(parts.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(storedNames(bench)).toHaveLength(20);
    expect(parts.flatMap(({ stdout }) => namesOf(stdout)).sort()).toEqual(storedNames(bench));
  });

  it('two runs on one journal exclude each other', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 6);
    const upload = uploader(bench, cwd);
    const args = ['.', ...TYPE, '--journal', 'j'];
    bench.sandbox.setFaults([{ method: 'POST', path: UPLOADS, status: 400, times: 6 }]);
    expect((await upload(args)).code).toBe(8);
    bench.sandbox.setFaults([{ method: 'POST', path: UPLOADS, delayMs: 1_000 }]);
    const both = await Promise.all([1, 2].map(() => upload([...args, '--resume'])));
    expect(both.map(({ code }) => code).sort()).toEqual([0, 2]);
    expect(both.map(({ stderr }) => stderr).join('')).toMatch(/in use by another process/);
    expect(storedNames(bench)).toHaveLength(6);
  });
});

describe('the journal', () => {
  it('leaves out what is done, and tells of what has changed since', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 4);
    const upload = uploader(bench, cwd);
    const args = ['.', ...TYPE, '--journal', 'run.journal'];
    expect((await upload(args)).code).toBe(0);
    await writeFile(join(cwd, 'p02.wav'), toneWav(0.3));
    const again = await upload([...args, '--resume']);
    expect(again.code).toBe(8);
    const { rows } = rowsOf(again.stdout);
    expect(rows.map(({ outcome }) => outcome).sort()).toEqual(['failed', 'skipped', 'skipped', 'skipped']);
    expect(rows.find(({ outcome }) => outcome === 'failed')).toMatchObject({
      name: 'p02',
      error: expect.stringContaining('has changed since it was uploaded, and its name is taken'),
    });
    expect(posts(bench)).toHaveLength(4);
  });

  it('what failed is written as a manifest that can be given again', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 5);
    bench.sandbox.setFaults([{ method: 'POST', path: UPLOADS, status: 400, after: 3, times: 2 }]);
    const upload = uploader(bench, cwd);
    const first = await upload(['.', ...TYPE, '--org-unit-id', '1002', '--failed-to', 'bad/../failed.csv']);
    expect(first.code).toBe(8);
    const manifest = readManifest(await readFile(join(cwd, 'failed.csv'), 'utf8'), { name: 'failed.csv' });
    expect(manifest.rows).toHaveLength(2);
    const second = await upload(['--from', 'failed.csv']);
    expect(second.code).toBe(0);
    expect(storedNames(bench)).toHaveLength(5);
    expect(bench.sandbox.state.rows('prompts').filter((row) => /^p\d/.test(String(row['filename'])))).toEqual(
      Array(5).fill(expect.objectContaining({ org_unit_id: 1002, message_type: 'prompt' })),
    );
  });

  it('--retry-failed sends what failed alone', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 5);
    bench.sandbox.setFaults([{ method: 'POST', path: UPLOADS, status: 400, times: 2 }]);
    const upload = uploader(bench, cwd);
    expect((await upload(['.', ...TYPE])).code).toBe(8);
    const before = posts(bench).length;
    expect((await upload(['.', ...TYPE, '--retry-failed'])).code).toBe(0);
    expect(posts(bench).length - before).toBe(2);
    expect(storedNames(bench)).toHaveLength(5);
  });

  it('Ctrl-C: what is under way ends well, and --resume does the rest', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 12);
    bench.sandbox.setFaults([{ method: 'POST', path: UPLOADS, delayMs: 300 }]);
    const upload = uploader(bench, cwd);
    const first = await upload(['.', ...TYPE], {
      onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
    });
    expect(first.code).toBe(130);
    expect(told(first)).toContain('with --resume goes on');
    const { summary } = rowsOf(first.stdout);
    expect(summary).toMatchObject({ failed: 0, in_doubt: 0, stopped: 'aborted' });
    expect(Number(summary['not_started'])).toBeGreaterThan(0);
    bench.sandbox.setFaults([]);
    expect((await upload(['.', ...TYPE, '--resume'])).code).toBe(0);
    expect(storedNames(bench)).toHaveLength(12);
    expect(posts(bench)).toHaveLength(12);
  });
});

describe('prompts manifest', () => {
  it('writes rows that the upload takes', async () => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(join(cwd, 'set'), ['p00.wav', 'deep/p01.wav']);
    await mkdir(join(cwd, 'lists'));
    const out = ['-o', 'lists/all.csv', '--name-template', '{parent}{stem}'];
    const made = await bench.anonymous(['prompts', 'manifest', 'set', '--recursive', ...out, ...TYPE], {
      cwd,
    });
    expect(made.code).toBe(0);
    expect((await readFile(join(cwd, 'lists/all.csv'), 'utf8')).split('\r\n').slice(0, 3)).toEqual([
      'file,name,message_type,org_unit_id,recording_created_by,#type,#seconds,#sample_rate,#channels,#bytes',
      expect.stringMatching(/^\.\.\/set\/deep\/p01\.wav,deepp01,prompt,,,wav,0\.021,\d+,1,\d+$/),
      expect.stringMatching(/^\.\.\/set\/p00\.wav,p00,prompt,,,wav,0\.02,\d+,1,\d+$/),
    ]);
    const again = await bench.anonymous(['prompts', 'manifest', 'set', '-o', 'lists/all.csv'], { cwd });
    expect(errorLine(again)).toContain('is there already');
    const result = await uploader(bench, cwd)(['--from', 'lists/all.csv']);
    expect(namesOf(result.stdout)).toEqual(['deepp01', 'p00']);
  });

  it.each(['json', 'ndjson'])('as %s to standard output', async (format) => {
    const bench = await startBench();
    const cwd = await temporaryFolder();
    await makePrompts(cwd, 2);
    const made = await bench.anonymous(['prompts', 'manifest', '.', '--output', format], { cwd });
    const { rows } = readManifest(made.stdout, { format: format as 'json' });
    expect(rows.map(({ values }) => values['file'])).toEqual(['p00.wav', 'p01.wav']);
    const input = made.stdout;
    expect((await uploader(bench, cwd)(['--from', '-', ...TYPE], { input })).code).toBe(0);
  });
});

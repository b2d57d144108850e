/** `npm run stress`, or `npm run stress -- --rounds 20 --kills 50 --fuzz 1000 --peer 0 --upload-kills 50 --upload-faults 5 --voice-cuts 100 --seed 1`. Code 1 when something went wrong. */
import { parseArgs } from 'node:util';
import { audioPeer } from './audio-peer.js';
import { fuzzAudio } from './fuzz-audio.js';
import { killRounds } from './kill.js';
import { refreshRounds } from './refresh.js';
import { uploadFaults } from './upload-faults.js';
import { uploadKills } from './upload-kill.js';
import { voiceCuts } from './voice-cuts.js';

/** The account of every sandbox. */
const account = { email: 'admin@example.com', password: 'sandbox-password' };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    kills: { type: 'string', default: '200' },
    fuzz: { type: 'string', default: '50000' },
    peer: { type: 'string', default: '1' },
    'upload-kills': { type: 'string', default: '50' },
    'upload-faults': { type: 'string', default: '10' },
    'voice-cuts': { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
  },
});
const rounds = Number(values.rounds);
const kills = Number(values.kills);
if (rounds > 0 && !(await refreshRounds(rounds, account))) process.exitCode = 1;
if (kills > 0 && !(await killRounds(kills, account))) process.exitCode = 1;
const uploads = { kills: Number(values['upload-kills']), rounds: Number(values['upload-faults']) };
if (uploads.kills > 0 && !(await uploadKills(uploads.kills, account))) process.exitCode = 1;
if (uploads.rounds > 0 && !(await uploadFaults(uploads.rounds, account))) process.exitCode = 1;
const voice = Number(values['voice-cuts']);
if (voice > 0 && !(await voiceCuts(voice, Number(values.seed)))) process.exitCode = 1;
if (Number(values.peer) > 0 && !audioPeer()) process.exitCode = 1;
if (Number(values.fuzz) > 0 && !(await fuzzAudio(Number(values.fuzz)))) process.exitCode = 1;

import { testPage } from './page.ts';

testPage('docs/voice.md', { hasty: true, env: { CONVIRZA_VOICE_STREAM_SPEED: '20' } });

import { testPage } from './page.ts';

// The tour says that speech is sent in real time, so here it is.
testPage('README.md', { signedIn: false, env: { CONVIRZA_VOICE_STREAM_SPEED: '1' } });

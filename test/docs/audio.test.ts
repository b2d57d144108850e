import { testPage } from './page.ts';

testPage('docs/audio.md');

import { testPage } from './page.ts';

testPage('docs/settings.md');

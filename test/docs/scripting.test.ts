import { testPage } from './page.ts';

testPage('docs/scripting.md');

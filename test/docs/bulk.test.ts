import { testPage } from './page.ts';

testPage('docs/bulk.md');

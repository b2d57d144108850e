import { testPage } from './page.ts';

testPage('docs/credentials.md', { signedIn: false });

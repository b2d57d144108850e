import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/helpers/build.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    // Most tests wait for programs that they start: the default leaves a core to nobody.
    maxWorkers: '100%',
  },
});

import { defineConfig } from 'vitest/config';

// unit: no server, about two minutes. stack: real Kafka and InfluxDB from infra/native. browser: Chromium.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['test/fast-check.setup.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/stack/**', 'test/browser/**', 'test/faults/**', 'test/corpus/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'corpus',
          include: ['test/corpus/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'stack',
          include: ['test/stack/**/*.test.ts'],
          globalSetup: ['test/stack/servers.ts'],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

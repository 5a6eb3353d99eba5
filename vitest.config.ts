import { defineConfig } from 'vitest/config';

// unit: no server, about two minutes. stack: real Kafka and InfluxDB from infra/native. browser: Chromium.
export default defineConfig({
  test: {
    // As many as there are cores: vitest leaves one of them to itself, which of two is half. More would disturb those that keep time.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          setupFiles: ['test/fast-check.setup.ts'],
          // No file changes what is global, so what one has imported serves the next.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: ['test/stack/**', 'test/browser/**', 'test/faults/**', 'test/corpus/**'],
          // Generous: a timeout is for what hangs, not for a machine that is busy.
          testTimeout: 120_000,
          hookTimeout: 120_000,
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
          // Real servers on a shared machine: CI asks a red one once more, and says so.
          retry: process.env.CI === undefined ? 0 : 1,
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          retry: process.env.CI === undefined ? 0 : 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

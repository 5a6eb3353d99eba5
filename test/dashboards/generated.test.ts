/** The committed files are what the source makes, and nothing else lies beside them. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { alertingFolder, dashboardFolder, generatedFiles } from '../../dashboards/output.ts';

const project = join(import.meta.dirname, '../..');

test.each([...generatedFiles()])('%s is up to date: else run node dashboards/generate.ts', (path, text) => {
  expect(readFileSync(join(project, path), 'utf8') === text).toBe(true);
});

test('no other dashboard or alerting file is provisioned', () => {
  const found = [dashboardFolder, alertingFolder].flatMap((folder) =>
    readdirSync(join(project, folder)).filter((name) => !name.startsWith('.')),
  );
  expect(found.sort()).toEqual([...generatedFiles().keys()].map((path) => basename(path)).sort());
});

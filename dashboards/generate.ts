/** Writes the dashboards and the alerting files: `node dashboards/generate.ts`. A test holds the written ones equal to these. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles } from './output.ts';

const project = join(import.meta.dirname, '..');
for (const [path, text] of generatedFiles()) {
  const file = join(project, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(path);
}

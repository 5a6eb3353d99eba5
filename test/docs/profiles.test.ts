/** The profiles of the documentation are ones, and it knows every key and name. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadDlmsProfile } from '../../ingest/profiles/dlms.ts';
import { parseProfile } from '../../ingest/profiles/profile.ts';
import { profiles } from '../../ingest/profiles/table.ts';

const text = readFileSync(new URL('../../docs/profiles.md', import.meta.url), 'utf8');
const blocksOf = (kind: string): string[] =>
  [...text.matchAll(/```yaml\n([\s\S]*?)```/g)]
    .map(([, block]) => block!)
    .filter((block) => block.startsWith(`# profile: ${kind}`));

test('M-Bus profiles', () => {
  const blocks = blocksOf('mbus');
  expect(blocks.length).toBeGreaterThanOrEqual(2);
  for (const block of blocks) expect(parseProfile(parse(block), 'documentation').index).toBeDefined();
});

test('DLMS profiles', () => {
  const [block] = blocksOf('dlms');
  const folder = mkdtempSync(join(tmpdir(), 'releve-profile-'));
  try {
    writeFileSync(join(folder, 'e450.yaml'), block!);
    expect(loadDlmsProfile('e450.yaml', join(folder, 'releve.yaml'))).toMatchObject({ index: '1-1:1.8.0' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every profile of the table and every key is explained', () => {
  for (const name of profiles.keys()) expect(text).toContain(`\`${name}\``);
  for (const key of [
    'quantity',
    'function',
    'storage',
    'tariff',
    'subunit',
    'direction',
    'phase',
    'vib',
    'position',
    'unit_value',
    'digits',
  ])
    expect(text).toContain(`\`${key}\``);
});

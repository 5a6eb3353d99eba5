/**
 * InfluxDB built from its Go module, which `influxd/go.mod` pins together with the pkg-config of its authors: that
 * program builds Flux's Rust library on the way. Needs Go, cargo and a C compiler, and 4 to 8 minutes on two cores.
 *
 * Flux names an old Rust toolchain and denies warnings that newer compilers have added: the installed toolchain is
 * used instead, through a wrapper that turns those denials back into warnings.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import { influxBinary, influxFolder, influxVersion, influxZones } from './paths.ts';
import { run } from './run.ts';

const module = join(import.meta.dirname, 'influxd');
const wrapperText = '#!/bin/sh\nexec "$@" --cap-lints allow\n';

/** The path of influxd, built on the first call. @throws Error when Go or Rust is missing or the build fails */
export async function installInflux(say: (line: string) => void): Promise<string> {
  if (existsSync(influxBinary)) return influxBinary;
  return withLock(
    join(influxFolder, 'lock.db'),
    () => say('influxdb: another process is building it, waiting'),
    async () => {
      if (existsSync(influxBinary)) return influxBinary;
      say(
        `influxdb ${influxVersion}: building it from source, 4 to 8 minutes, once (log: ${join(influxFolder, 'install.log')})`,
      );
      const started = Date.now();
      const ticker = setInterval(
        () => say(`influxdb: still building, ${Math.round((Date.now() - started) / 1000)} s`),
        60_000,
      );
      try {
        await build();
      } finally {
        clearInterval(ticker);
      }
      say(`influxdb ${influxVersion}: ready after ${Math.round((Date.now() - started) / 1000)} s`);
      return influxBinary;
    },
  );
}

async function build(): Promise<void> {
  const work = join(influxFolder, 'build');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  const wrapper = join(work, 'rustc-wrapper');
  writeFileSync(wrapper, wrapperText, { mode: 0o755 });
  const packageConfig = join(work, 'pkg-config');
  const log = join(influxFolder, 'install.log');
  const go = { program: 'go', folder: module, log };
  await run({ ...go, arguments: ['build', '-o', packageConfig, 'github.com/influxdata/pkg-config'] });
  await run({
    ...go,
    arguments: [
      'build',
      '-trimpath',
      '-tags=sqlite_foreign_keys,sqlite_json',
      '-ldflags=-s -w',
      `-o=${join(work, 'influxd')}`,
      'github.com/influxdata/influxdb/v2/cmd/influxd',
    ],
    environment: { PKG_CONFIG: packageConfig, RUSTC_WORKSPACE_WRAPPER: wrapper, ...rustToolchain() },
  });
  copyFileSync(join(question('go', 'env', 'GOROOT'), 'lib', 'time', 'zoneinfo.zip'), influxZones);
  renameSync(join(work, 'influxd'), influxBinary);
  rmSync(work, { recursive: true });
}

/** Rust's installed toolchain by name, in place of the one that Flux pins; nothing where rustup does not rule. */
function rustToolchain(): Record<string, string> {
  if (process.env.RUSTUP_TOOLCHAIN !== undefined) return {};
  try {
    return { RUSTUP_TOOLCHAIN: question('rustup', 'default').split(' ')[0]! };
  } catch {
    return {};
  }
}

function question(program: string, ...words: string[]): string {
  return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

/**
 * Where the test servers are kept: one folder a server and version under `.cache/` (git-ignored), or under
 * RELEVE_CACHE where several clones of the project share one.
 */
import { join } from 'node:path';

export const kafkaVersion = '4.3.1';
export const influxVersion = '2.7.12';

/** The project's root. */
export const projectRoot = join(import.meta.dirname, '..', '..');

/** The folder of all cached servers. */
export const cacheFolder = process.env.RELEVE_CACHE ?? join(projectRoot, '.cache');

/** The broker's jars. */
export const kafkaLibraries = join(cacheFolder, 'kafka', kafkaVersion, 'libs');

/** influxd and the time zones it reads. */
export const influxFolder = join(cacheFolder, 'influxdb', influxVersion);
export const influxBinary = join(influxFolder, 'influxd');
export const influxZones = join(influxFolder, 'zoneinfo.zip');

/**
 * Apache Kafka from its Maven artifacts: the jars of `kafka_2.13` and of what it needs, beside each other. Needs `mvn`
 * and, to run, Java 17.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withLock } from './lock.ts';
import { kafkaLibraries, kafkaVersion } from './paths.ts';
import { run } from './run.ts';

const project = join(import.meta.dirname, 'kafka-server', 'pom.xml');

/** The folder of the jars, fetched on the first call. @throws Error when Maven is missing or cannot fetch them */
export async function installKafka(say: (line: string) => void): Promise<string> {
  if (existsSync(kafkaLibraries)) return kafkaLibraries;
  const folder = dirname(kafkaLibraries);
  return withLock(
    join(folder, 'lock.db'),
    () => say('kafka: another process is installing it, waiting'),
    async () => {
      if (existsSync(kafkaLibraries)) return kafkaLibraries;
      say(`kafka ${kafkaVersion}: fetching 45 MB of jars with Maven`);
      const fetched = join(folder, 'libs.fetched');
      rmSync(fetched, { recursive: true, force: true });
      mkdirSync(fetched);
      await run({
        program: 'mvn',
        arguments: [
          '-q',
          '-B',
          '-f',
          project,
          'dependency:copy-dependencies',
          '-DincludeScope=runtime',
          `-DoutputDirectory=${fetched}`,
        ],
        folder,
        log: join(folder, 'install.log'),
      });
      renameSync(fetched, kafkaLibraries);
      say(`kafka ${kafkaVersion}: ready`);
      return kafkaLibraries;
    },
  );
}

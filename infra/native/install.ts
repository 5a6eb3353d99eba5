/**
 * `npx node infra/native/install.ts [kafka] [influx]`: fetches or builds the servers that tests and benchmarks use,
 * once; a second run finds them there. Several runs at once wait for one another.
 */
import { pathToFileURL } from 'node:url';
import { installInflux } from './install-influx.ts';
import { installKafka } from './install-kafka.ts';

const installers = { kafka: installKafka, influx: installInflux };
const say = (line: string): void => console.error(line);

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const asked = process.argv.slice(2);
  const names = Object.keys(installers) as (keyof typeof installers)[];
  const unknown = asked.filter((name) => !names.includes(name as keyof typeof installers));
  if (unknown.length > 0) {
    say(`unknown server: ${unknown.join(', ')} (known: ${names.join(', ')})`);
    process.exit(2);
  }
  for (const name of names.filter((candidate) => asked.length === 0 || asked.includes(candidate))) {
    try {
      console.log(await installers[name](say));
    } catch (error) {
      say(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      process.exitCode = 1;
    }
  }
}

/** A second broker beside the one that is broker and controller: what a cluster does that one broker cannot, leaders that move. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installKafka } from '../../infra/native/install-kafka.ts';
import { accepts, type KafkaServer } from '../../infra/native/kafka.ts';
import { run } from '../../infra/native/run.ts';
import { freePort, startServer } from '../../infra/native/server-process.ts';

/** Started again on the same folder and port it is the same broker. */
export async function startSecondBroker(
  first: KafkaServer,
  { dir, port: known }: { dir: string; port?: number },
): Promise<KafkaServer> {
  const libraries = join(await installKafka(() => undefined), '*');
  mkdirSync(dir, { recursive: true });
  const port = known ?? (await freePort());
  const log = join(dir, 'server.log');
  const configuration = join(dir, 'server.properties');
  const settings = readFileSync(join(first.dir, 'server.properties'), 'utf8')
    .replace(/^process.roles=.*$/m, 'process.roles=broker')
    .replace(/^node.id=.*$/m, 'node.id=2')
    .replace(/^listeners=.*$/m, `listeners=PLAINTEXT://127.0.0.1:${port}`)
    .replace(/^advertised.listeners=.*$/m, `advertised.listeners=PLAINTEXT://127.0.0.1:${port}`)
    .replace(/^log.dirs=.*$/m, `log.dirs=${join(dir, 'data')}`);
  writeFileSync(configuration, `${settings}\n`);
  if (!existsSync(join(dir, 'data', 'meta.properties'))) {
    const meta = readFileSync(join(first.dir, 'data', 'meta.properties'), 'utf8');
    const cluster = /^cluster.id=(.*)$/m.exec(meta)![1]!;
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${cluster}`, '-c', configuration];
    await run({ program: 'java', arguments: ['-Xmx128m', '-cp', libraries, ...format], folder: dir, log });
  }
  const server = await startServer({
    name: 'kafka 2',
    program: 'java',
    arguments: ['-Xms128m', '-Xmx384m', '-Dlog4j2.level=WARN', '-cp', libraries, 'kafka.Kafka', configuration],
    folder: dir,
    log,
    isReady: () => accepts(port),
    readyWithinMs: 120_000,
  });
  return { ...server, brokers: [...first.brokers, `127.0.0.1:${port}`], port, dir };
}

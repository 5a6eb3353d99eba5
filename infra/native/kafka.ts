/**
 * One Kafka broker and controller (KRaft) on loopback, with its log in the caller's folder: a broker started again on
 * the same folder and port is the same broker.
 *
 *     npx node infra/native/kafka.ts [--dir .cache/run/kafka] [--port 9092]      until Ctrl-C
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runUntilSignal, serverOptions } from './command-line.ts';
import { installKafka } from './install-kafka.ts';
import { run } from './run.ts';
import { freePort, type ServerProcess, startServer } from './server-process.ts';

export type KafkaServer = ServerProcess & { readonly brokers: string[]; readonly port: number; readonly dir: string };

/** TLS and SASL (PLAIN, SCRAM-SHA-512) on the port; the broker speaks to itself on another one in clear. */
export interface SecuredListener {
  /** PEM file of the server's key (PKCS #8) and certificate. */
  readonly certificate: string;
  readonly username: string;
  readonly password: string;
}

type Settings = Readonly<Record<string, string | number | boolean>>;

/** Everything on one node, transactions included; topics are made on purpose; small segments, so that compaction shows. */
function properties(dir: string, port: number, controllerPort: number, more: Settings): string {
  const settings: Settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(dir, 'data'),
    'auto.create.topics.enable': false,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.segment.bytes': 16 * 1024 * 1024,
    'log.cleaner.backoff.ms': 1000,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'transaction.max.timeout.ms': 900_000,
    'controlled.shutdown.enable': false,
    ...more,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

function securedProperties(secured: SecuredListener, port: number, controllerPort: number, own: number): Settings {
  const { certificate, username, password } = secured;
  const security = 'org.apache.kafka.common.security';
  const listener = 'listener.name.secured';
  return {
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
    listeners: `SECURED://127.0.0.1:${port},PLAINTEXT://127.0.0.1:${own},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `SECURED://127.0.0.1:${port},PLAINTEXT://127.0.0.1:${own}`,
    [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-512',
    [`${listener}.plain.sasl.jaas.config`]: `${security}.plain.PlainLoginModule required user_${username}="${password}";`,
    [`${listener}.scram-sha-512.sasl.jaas.config`]: `${security}.scram.ScramLoginModule required;`,
    [`${listener}.ssl.keystore.type`]: 'PEM',
    [`${listener}.ssl.keystore.location`]: certificate,
  };
}

/**
 * Installs Kafka where needed, starts a broker whose data is in `dir` and resolves when it answers (about 4 s).
 * `brokers` is what a client takes. @throws Error with the end of its log
 */
export async function startKafka(options: {
  dir: string;
  port?: number;
  secured?: SecuredListener;
}): Promise<KafkaServer> {
  const libraries = await installKafka((line) => console.error(line));
  const { dir } = options;
  mkdirSync(dir, { recursive: true });
  const port = options.port ?? (await freePort());
  const configuration = join(dir, 'server.properties');
  const log = join(dir, 'server.log');
  const classPath = join(libraries, '*');
  const { secured } = options;
  const controllerPort = await freePort();
  const more = secured ? securedProperties(secured, port, controllerPort, await freePort()) : {};
  writeFileSync(configuration, properties(dir, port, controllerPort, more));
  if (!existsSync(join(dir, 'data', 'meta.properties'))) {
    const cluster = Buffer.from(crypto.randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
    // With `=`, for an identifier may begin with a dash.
    const scram = secured
      ? ['--add-scram', `SCRAM-SHA-512=[name=${secured.username},password=${secured.password}]`]
      : [];
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${cluster}`, '-c', configuration, ...scram];
    await run({ program: 'java', arguments: ['-Xmx128m', '-cp', classPath, ...format], folder: dir, log });
  }
  const memory = ['-Xms256m', '-Xmx512m', '-XX:+UseG1GC', '-XX:TieredStopAtLevel=4'];
  const server = await startServer({
    name: 'kafka',
    program: 'java',
    arguments: [...memory, '-Dlog4j2.level=WARN', '-cp', classPath, 'kafka.Kafka', configuration],
    folder: dir,
    log,
    isReady: () => accepts(port),
    readyWithinMs: 120_000,
  });
  return { ...server, brokers: [`127.0.0.1:${port}`], port, dir };
}

/** The broker opens its port once it is unfenced and serves. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const answer = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const server = await startKafka(serverOptions('kafka'));
  await runUntilSignal(server, { brokers: server.brokers, pid: server.pid, dir: server.dir });
}

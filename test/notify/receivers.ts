/** A real SMTP server and a real webhook receiver on loopback, which remember what they accepted, each with its idempotency key. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface Mail {
  /** Of the Message-ID, without angle brackets. */
  readonly id: string;
  readonly to: string;
  readonly raw: string;
}

export interface MailReceiver {
  readonly port: number;
  /** Everything accepted, repetitions included, in order. */
  readonly accepted: Mail[];
  close(): Promise<void>;
}

export type MailHooks = Pick<SMTPServerOptions, 'onRcptTo'> & {
  /** Called with the whole message before it is accepted; a returned error refuses it. */
  readonly beforeAccept?: (mail: Mail) => (Error & { responseCode?: number }) | undefined;
  readonly afterAccept?: (mail: Mail) => void;
};

export async function receiveMail(hooks: MailHooks = {}, port = 0): Promise<MailReceiver> {
  const accepted: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    // No name server is asked who 127.0.0.1 is.
    disableReverseLookup: true,
    ...(hooks.onRcptTo && { onRcptTo: hooks.onRcptTo }),
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString();
        const id = /^Message-ID: <([^>]+)>/im.exec(raw)?.[1] ?? '';
        const mail = { id, to: session.envelope.rcptTo[0]?.address ?? '', raw };
        const refusal = hooks.beforeAccept?.(mail);
        if (refusal) return callback(refusal);
        // Whoever has sent the final dot has delivered, whether or not he hears the answer.
        accepted.push(mail);
        callback(null);
        hooks.afterAccept?.(mail);
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', () => resolve()));
  return {
    port: (server.server.address() as AddressInfo).port,
    accepted,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export interface Call {
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebhookReceiver {
  readonly url: string;
  /** Everything answered with 200, repetitions included, in order. */
  readonly accepted: Call[];
  close(): Promise<void>;
}

/** `answer` gives the status of a call; 200 where left out. */
export async function receiveWebhooks(
  answer: (call: Call) => number = () => 200,
  afterAccept: (call: Call) => void = () => undefined,
): Promise<WebhookReceiver> {
  const accepted: Call[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const call = {
        id: String(request.headers['idempotency-key']),
        path: request.url ?? '/',
        headers: request.headers,
        body,
      };
      const status = answer(call);
      if (status === 200) accepted.push(call);
      response.writeHead(status).end();
      if (status === 200) afterAccept(call);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

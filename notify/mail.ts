/**
 * Mail by SMTP (RFC 5321), one connection a message. The Message-ID (RFC 5322 3.6.4) is the message's id: a repeated message is the same
 * message. Auto-Submitted (RFC 3834) keeps holiday replies away; List-Unsubscribe with one click (RFC 8058) for tenants.
 *
 *     MAIL FROM ─ RCPT TO ─ DATA ─ message ─ "." ──► 250: accepted
 *                   │5xx: refused         │5xx: refused    anything else, or no answer: retry
 */
import nodemailer from 'nodemailer';
import type { NotificationsConfig } from '../domain/config/config.ts';
import type { Composed, Sender, SendOutcome } from './sender.ts';

export type SmtpConfig = NonNullable<NotificationsConfig['smtp']>;

export interface SmtpTimeouts {
  /** Until the connection stands and the server has greeted. */
  readonly beginMs: number;
  /** Until each answer comes. */
  readonly answerMs: number;
}

/** A server may take ten minutes to say that it has taken a message; whoever gives up earlier sends it twice (RFC 5321 4.5.3.2.6). */
const patience: SmtpTimeouts = { beginMs: 20_000, answerMs: 600_000 };

export function createMailSender(smtp: SmtpConfig, timeouts: SmtpTimeouts = patience): Sender {
  const transport = nodemailer.createTransport({
    host: smtp.host,
    port: smtp.port,
    secure: smtp.secure,
    // A password never crosses the network in clear.
    requireTLS: !smtp.secure && smtp.password !== undefined && !isLoopback(smtp.host),
    ...(smtp.user !== undefined && { auth: { user: smtp.user, pass: smtp.password ?? '' } }),
    connectionTimeout: timeouts.beginMs,
    greetingTimeout: timeouts.beginMs,
    dnsTimeout: timeouts.beginMs,
    socketTimeout: timeouts.answerMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([^@>\s]+)>?\s*$/.exec(smtp.from)?.[1] ?? 'releve.invalid';
  return {
    async send(message, contact, now) {
      if (contact.email === undefined) return { outcome: 'refused', reason: 'NO_ADDRESS' };
      try {
        await transport.sendMail({
          from: smtp.from,
          to: { name: contact.name ?? '', address: contact.email },
          subject: message.subject,
          text: message.text,
          html: message.html,
          date: new Date(now),
          messageId: `<${message.id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated', ...unsubscribeHeaders(message) },
        });
        return { outcome: 'accepted' };
      } catch (error) {
        return smtpFailure(error);
      }
    },
  };
}

/** Only an answer about this message or this recipient is for good; a refused sender or password is the configuration's fault. */
export function smtpFailure(error: unknown): SendOutcome {
  const { code, command, responseCode } = (error ?? {}) as { code?: string; command?: string; responseCode?: number };
  const reason = [code ?? 'UNKNOWN', command, responseCode].filter((part) => part !== undefined).join(' ');
  const permanent = responseCode !== undefined && responseCode >= 500 && responseCode < 600;
  return permanent && (command === 'RCPT TO' || command === 'DATA')
    ? { outcome: 'refused', reason }
    : { outcome: 'retry', reason };
}

function unsubscribeHeaders({ unsubscribeUrl }: Composed): Record<string, string> {
  if (unsubscribeUrl === undefined) return {};
  return {
    'List-Unsubscribe': `<${unsubscribeUrl}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

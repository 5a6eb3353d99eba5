/** A message made of its anomalies for one contact: subject, plain text, simple HTML, webhook body. Names and addresses come in here and nowhere earlier. */
import type { Building, Contact } from '../domain/building.ts';
import { frenchKwh, frenchPlural } from '../domain/french.ts';
import { type Anomaly, resultKey } from '../domain/results.ts';
import type { Composed } from './sender.ts';
import { advice, frenchDate, frenchTime, severities, tenantText, titles } from './texts.ts';

export interface Composition {
  readonly id: string;
  readonly building: Building;
  readonly contact: Contact;
  readonly recipient: string;
  /** At least one; the gravest is told first. */
  readonly anomalies: readonly Anomaly[];
  readonly digest: boolean;
  readonly unsubscribeUrl?: string | undefined;
}

export function compose(composition: Composition): Composed {
  const anomalies = [...composition.anomalies].sort(byGravity);
  const entries = anomalies.map((anomaly) => entryOf(anomaly, composition));
  const subject = subjectOf(anomalies, composition);
  const { id, unsubscribeUrl } = composition;
  return {
    id,
    subject,
    text: textOf(entries, composition),
    html: htmlOf(subject, entries, composition),
    payload: payloadOf(anomalies, composition),
    unsubscribeUrl,
  };
}

interface Entry {
  readonly title: string;
  readonly date: string;
  readonly sentence: string;
  /** Lines below it. */
  readonly details: readonly string[];
}

function entryOf(anomaly: Anomaly, { building, contact }: Composition): Entry {
  const tenant = contact.role === 'locataire';
  const details: string[] = [];
  if (!tenant) {
    details.push(`Gravité\u00a0: ${severities[anomaly.severity]}`);
    if (anomaly.impactWh !== null) details.push(`Énergie concernée\u00a0: ${frenchKwh(anomaly.impactWh)}`);
    details.push(`À faire\u00a0: ${advice[anomaly.type]}`);
  }
  if (anomaly.closedAt !== null)
    details.push(
      `Terminé le ${frenchDate(dateIn(building.timezone, anomaly.closedAt))} à ${frenchTime(anomaly.closedAt, building.timezone)}`,
    );
  return {
    title: titles[anomaly.type],
    date: frenchDate(anomaly.date),
    sentence: sentenceOf(anomaly, contact),
    details,
  };
}

function sentenceOf(anomaly: Anomaly, contact: Contact): string {
  return contact.role === 'locataire' && contact.lot !== undefined ? tenantText(anomaly, contact.lot) : anomaly.text;
}

function subjectOf(anomalies: readonly Anomaly[], { building }: Composition): string {
  const [first, ...others] = anomalies as [Anomaly, ...Anomaly[]];
  const what =
    others.length === 0
      ? `${titles[first.type]}, ${frenchDate(first.date)}`
      : `${titles[first.type]} et ${others.length} ${frenchPlural(others.length, 'autre anomalie', 'autres anomalies')}`;
  return `[${oneLine(building.name)}] ${what}`;
}

function textOf(entries: readonly Entry[], composition: Composition): string {
  const { contact, building, unsubscribeUrl } = composition;
  const blocks = entries.map(({ title, date, sentence, details }) =>
    [`${title} (${date})`, sentence, ...details].join('\n'),
  );
  return [
    `Bonjour${contact.name === undefined ? '' : ` ${oneLine(contact.name)}`},`,
    intro(composition),
    ...blocks,
    `-- \n${footer(building, contact)}`,
    ...(unsubscribeUrl === undefined ? [] : [`Ne plus recevoir ces messages\u00a0: ${unsubscribeUrl}`]),
  ].join('\n\n');
}

function htmlOf(subject: string, entries: readonly Entry[], composition: Composition): string {
  const { contact, building, unsubscribeUrl } = composition;
  const blocks = entries.map(
    ({ title, date, sentence, details }) =>
      `<h2 style="font-size:1.1em;margin:1.4em 0 .2em">${escapeHtml(title)} <small>(${escapeHtml(date)})</small></h2>` +
      `<p style="margin:.2em 0">${escapeHtml(sentence)}</p>` +
      (details.length === 0 ? '' : `<ul>${details.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`),
  );
  const leave =
    unsubscribeUrl === undefined ? '' : `<br><a href="${escapeHtml(unsubscribeUrl)}">Ne plus recevoir ces messages</a>`;
  return (
    `<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>` +
    '<body style="font-family:sans-serif;line-height:1.5;max-width:40em">' +
    `<p>Bonjour${contact.name === undefined ? '' : ` ${escapeHtml(oneLine(contact.name))}`},</p>` +
    `<p>${escapeHtml(intro(composition))}</p>${blocks.join('')}` +
    `<hr><p style="color:#555;font-size:.9em">${escapeHtml(footer(building, contact))}${leave}</p></body></html>`
  );
}

/** Keys are in English as in the records; texts are French. */
function payloadOf(anomalies: readonly Anomaly[], { id, building, contact, recipient, digest }: Composition): object {
  const tenant = contact.role === 'locataire';
  return {
    v: 1,
    id,
    building: building.id,
    recipient,
    digest,
    anomalies: anomalies.map((anomaly) => ({
      id: resultKey(anomaly),
      type: anomaly.type,
      title: titles[anomaly.type],
      severity: anomaly.severity,
      date: anomaly.date,
      lots: tenant ? [contact.lot] : anomaly.lots,
      ...(tenant ? {} : { meter: anomaly.meter, bus: anomaly.bus }),
      // Where several lots are concerned the figures are of all of them.
      ...(tenant && anomaly.meter === null
        ? {}
        : { value: anomaly.value, threshold: anomaly.threshold, impactWh: anomaly.impactWh }),
      text: sentenceOf(anomaly, contact),
      open: anomaly.open,
      openedAt: anomaly.openedAt,
      closedAt: anomaly.closedAt,
    })),
  };
}

function intro({ building, digest, anomalies }: Composition): string {
  const place = oneLine(building.name);
  const count = anomalies.length;
  if (digest)
    return `${place}\u00a0: ${count} ${frenchPlural(count, 'anomalie signalée', 'anomalies signalées')} depuis le dernier résumé.`;
  return `${place}\u00a0: une anomalie a été constatée.`;
}

function footer({ name }: Building, contact: Contact): string {
  const why = {
    locataire: `à l’occupant du lot ${contact.lot}`,
    syndic: 'au syndic',
    maintenance: 'à la maintenance',
  }[contact.role];
  return `Message automatique de relevé, adressé ${why} (${oneLine(name)}).`;
}

function byGravity(a: Anomaly, b: Anomaly): number {
  return gravity[a.severity] - gravity[b.severity] || a.start - b.start || (resultKey(a) < resultKey(b) ? -1 : 1);
}

function dateIn(timezone: string, at: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(new Date(at));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const gravity = { critique: 0, majeur: 1, mineur: 2 } as const;

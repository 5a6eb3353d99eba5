/** The pages behind the link in a tenant's mail: ask, then say what was done. */
import { html } from './html.ts';
import { pageOf } from './layout.ts';

export interface UnsubscribeFacts {
  readonly state: 'ask' | 'unsubscribed' | 'subscribed' | 'invalid';
  readonly building?: string | undefined;
  readonly lot?: number | undefined;
}

export function unsubscribePage(facts: UnsubscribeFacts, token: string): string {
  const place = facts.lot === undefined ? 'votre logement' : `le lot ${facts.lot} (${facts.building ?? ''})`;
  return pageOf({
    title: 'Notifications · relevé',
    building: null,
    links: [],
    updatedAt: null,
    pollMs: null,
    signedIn: false,
    content: html`<section class="card notice">
<h1>${titles[facts.state]}</h1>
${facts.state === 'ask' && html`<p>Ne plus recevoir de message sur ${place} ?</p>${form(token, '', 'Se désinscrire')}`}
${facts.state === 'unsubscribed' && html`<p role="status">Plus aucun message ne sera envoyé sur ${place}.</p>${form(token, 'inscription', 'Me réinscrire')}`}
${facts.state === 'subscribed' && html`<p role="status">Les messages sur ${place} vous parviennent de nouveau.</p>`}
${facts.state === 'invalid' && html`<p role="alert">Ce lien n’est pas ou n’est plus valable. Adressez-vous à votre syndic.</p>`}
</section>`,
  });
}

function form(token: string, action: string, label: string) {
  return html`<form method="post" action="/desinscription?jeton=${encodeURIComponent(token)}">
<input type="hidden" name="action" value="${action}">
<button>${label}</button>
</form>`;
}

const titles: Readonly<Record<UnsubscribeFacts['state'], string>> = {
  ask: 'Désinscription',
  unsubscribed: 'Vous êtes désinscrit',
  subscribed: 'Vous êtes inscrit',
  invalid: 'Lien non valable',
};

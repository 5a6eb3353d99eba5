/** The frame of every page: head, header with the building, navigation, live state, footer. */
import { type Html, html, type Insert } from './html.ts';

export interface PageFrame {
  readonly title: string;
  /** The building's name and what stands below it; null on pages of no building. */
  readonly building: { readonly name: string; readonly address: string; readonly syndic: string } | null;
  readonly links: readonly { readonly href: string; readonly text: string; readonly current?: boolean }[];
  /** `14:32`; null: the page does not change by itself. */
  readonly updatedAt: string | null;
  readonly pollMs: number | null;
  readonly signedIn: boolean;
  readonly content: Insert;
}

export function pageOf(frame: PageFrame): string {
  const live = frame.pollMs !== null;
  return html`<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${frame.title}</title>
<link rel="icon" href="/assets/releve.svg" type="image/svg+xml">
${live && html`<link rel="stylesheet" href="/assets/uplot.css">`}
<link rel="stylesheet" href="/assets/page.css">
${live && html`<script src="/assets/uplot.js" defer></script><script src="/assets/page.js" defer></script>`}
</head>
<body${live && html` data-poll="${frame.pollMs}"`}>
<a class="skip" href="#contenu">Aller au contenu</a>
<header class="top">
<div class="wrap">
<div class="identity">
<p class="building">${frame.building?.name ?? 'relevé'}</p>
${frame.building && html`<p class="place">${frame.building.address}${frame.building.syndic !== '' && html`<span> · Syndic : ${frame.building.syndic}</span>`}</p>`}
</div>
${frame.updatedAt !== null && html`<div class="live"><p id="etat-direct" data-vif>Mis à jour à <time>${frame.updatedAt}</time></p><p id="connexion-etat" role="status" class="offline" hidden></p></div>`}
</div>
${frame.links.length > 0 && html`<nav class="wrap" aria-label="Rubriques"><ul>${frame.links.map((link) => html`<li><a href="${link.href}"${link.current && html` aria-current="page"`}>${link.text}</a></li>`)}</ul></nav>`}
</header>
<main id="contenu" class="wrap" tabindex="-1">
${frame.content}
</main>
<footer class="wrap">
${frame.building && html`<p>Énergies en kWh d'index de compteurs, aux heures de l'immeuble. « Provisoire » : des lectures tardives peuvent encore préciser le chiffre.</p>`}
${frame.signedIn && html`<form method="post" action="/deconnexion"><button class="quiet">Se déconnecter</button></form>`}
</footer>
</body>
</html>`.markup;
}

/** A titled part of a page that the live update may replace as a whole. */
export function section(id: string, title: string, content: Insert, aside: Insert = null): Html {
  return html`<section class="card" id="${id}" aria-labelledby="${id}-titre" data-vif>
<div class="card-head"><h2 id="${id}-titre">${title}</h2>${aside}</div>
${content}
</section>`;
}

/** A page that only says something: an error, a refusal. */
export function noticePage(title: string, text: string): string {
  return pageOf({
    title: `${title} · relevé`,
    building: null,
    links: [],
    updatedAt: null,
    pollMs: null,
    signedIn: false,
    content: html`<section class="card notice"><h1>${title}</h1><p>${text}</p><p><a href="/">Retour à l'accueil</a></p></section>`,
  });
}

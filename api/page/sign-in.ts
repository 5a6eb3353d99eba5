/** The page where a person hands over the token; the server answers with a cookie that scripts cannot read. */
import { html } from './html.ts';
import { pageOf } from './layout.ts';

export function signInPage(back: string, refused: boolean): string {
  return pageOf({
    title: 'Connexion · relevé',
    building: null,
    links: [],
    updatedAt: null,
    pollMs: null,
    signedIn: false,
    content: html`<section class="card notice">
<h1>Connexion</h1>
<p>Saisissez le jeton d’accès que votre syndic vous a remis. Cet appareil le garde jusqu’à la déconnexion.</p>
${refused && html`<p class="refused" role="alert" id="refus">Ce jeton est inconnu ou expiré.</p>`}
<form method="post" action="/connexion">
<input type="hidden" name="retour" value="${back}">
<label for="jeton">Jeton</label>
<input id="jeton" name="jeton" type="password" required autocomplete="current-password"${refused && html` aria-describedby="refus" aria-invalid="true"`}>
<button>Se connecter</button>
</form>
</section>`,
  });
}

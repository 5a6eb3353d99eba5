/**
 * The recommendations: code, priority, domain and action as a table (the first five in the seed's wording); the rules beside it decide
 * when one holds and with what figures. One that no longer holds is withdrawn by the reducer.
 */
import type { Recommendation, RecommendationCode } from '../../../domain/results.ts';

export type Advice = Pick<Recommendation, 'code' | 'priority' | 'domain' | 'action' | 'text'>;

export function advice(code: RecommendationCode, text: string): Advice {
  const [priority, domain, action] = table[code];
  return { code, priority, domain, action, text };
}

const table: Readonly<
  Record<RecommendationCode, readonly [priority: Recommendation['priority'], domain: string, action: string]>
> = {
  inspecter_communs: ['haute', 'technique', 'Inspection des installations communes'],
  augmenter_puissance: ['critique', 'electricite', 'Augmenter puissance souscrite'],
  sensibiliser: ['moyenne', 'comportement', 'Campagne de sensibilisation'],
  maintenance_annuelle: ['basse', 'maintenance', 'Maintenance préventive compteurs'],
  bilan_annuel: ['basse', 'reporting', 'Rapport énergétique annuel'],
  veille_permanente: ['moyenne', 'technique', 'Rechercher les consommations permanentes'],
  decaler_usages: ['moyenne', 'comportement', 'Décaler les usages simultanés'],
  reduire_puissance: ['moyenne', 'electricite', 'Réduire la puissance souscrite'],
  reguler_chauffage: ['moyenne', 'chauffage', 'Réguler le chauffage'],
  reguler_climatisation: ['moyenne', 'climatisation', 'Réguler la climatisation'],
};

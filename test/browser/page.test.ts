/** The page in a real browser: read, used, printed, live, offline, and accessible. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { meterDay, now, paris } from '../api/fixtures.ts';
import { launchChromium, openResidence, type Residence } from './chromium.ts';

let browser: Browser;
let troubled: Residence;
let sound: Residence;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  browser = await launchChromium();
  troubled = await openResidence({ anomalies: true, pollMs: 300 });
  sound = await openResidence({ anomalies: false, pollMs: 300 });
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});
afterAll(async () => {
  await browser?.close();
  await troubled?.close();
  await sound?.close();
});

/** A page; `foreign` and `errors` collect what should not happen. */
async function visit(url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: 'fr-FR', ...options });
  contexts.push(context);
  const page = await context.newPage();
  const foreign: string[] = [];
  const errors: string[] = [];
  const home = new URL(url).origin;
  page.on('request', (request) => {
    if (!request.url().startsWith(home) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  await page.waitForSelector('main');
  return { page, foreign, errors };
}

function text(page: Page, selector: string): Promise<string> {
  return page.locator(selector).innerText();
}

describe('the syndic reads', () => {
  it('the answer first: no, for what reasons, and what to do', async () => {
    const { page, foreign, errors } = await visit(`${troubled.url}/`);
    expect(await text(page, 'h1')).toMatch(/^Non : 2 anomalies demandent\s+votre attention\.$/);
    expect(await text(page, '.reasons')).toContain('Fuite énergétique');
    expect(await text(page, '#anomalies')).toContain('Dépassement de puissance');
    expect(await text(page, '#recommandations')).toContain('Inspection des installations communes');
    expect(await text(page, '#maintenance')).toContain('LOC17');
    const { bottom } = await page.locator('.hero').evaluate((hero) => hero.getBoundingClientRect());
    expect(bottom).toBeLessThan(720);
    await page.waitForSelector('#tendance .uplot');
    await page.waitForSelector('#courbe .uplot');
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('yes, in a sound building', async () => {
    const { page } = await visit(`${sound.url}/`);
    expect(await text(page, 'h1')).toBe("Oui, l'immeuble va bien.");
    expect(await text(page, '#anomalies')).toContain('Aucune anomalie');
  });

  it('without scripts: the same figures and charts', async () => {
    const { page } = await visit(`${troubled.url}/`, { javaScriptEnabled: false });
    expect(await page.locator('#tendance svg rect').count()).toBeGreaterThan(50);
    expect(await page.locator('#courbe svg path').count()).toBeGreaterThan(0);
    expect(await page.locator('#logements tbody tr').count()).toBe(20);
    await page.selectOption('select[name=periode]', 'annee');
    await page.click('form.choice button');
    await page.waitForURL(/periode=annee/);
    expect(await text(page, '#charges h2')).toBe('Charges : année 2026');
  });

  it('numbers as the French write them', async () => {
    const { page } = await visit(`${troubled.url}/`);
    const charges = await text(page, '#charges');
    expect(charges).toMatch(/\d{1,3}(\u202f\d{3})*,\d\d\u00a0€/);
    expect(await text(page, '.hero')).toMatch(/\d+,\d/);
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  });
});

describe('the syndic uses it', () => {
  it('changes the period in place', async () => {
    const { page } = await visit(`${troubled.url}/`);
    await page.waitForSelector('#tendance .uplot');
    await page.evaluate('Object.assign(window, { sameDocument: true })');
    expect(await text(page, '#charges h2')).toBe('Charges : mars 2026');
    await page.selectOption('select[name=periode]', 'trimestre');
    await page.click('form.choice button');
    await expect.poll(() => text(page, '#charges h2')).toBe('Charges : 1er trimestre 2026');
    expect(page.url()).toContain('periode=trimestre');
    expect(await page.evaluate("'sameDocument' in window")).toBe(true);
    await page.goBack();
    await expect.poll(() => text(page, '#charges h2')).toBe('Charges : mars 2026');
  });

  it('opens a lot and comes back', async () => {
    const { page, foreign, errors } = await visit(`${troubled.url}/`);
    await page.click('#logements a:text-is("Lot 3")');
    await page.waitForURL(/\/lot\/3/);
    expect(await text(page, '#anomalies')).toContain('Surconsommation');
    expect(await text(page, '#courbe')).toContain("n'est montrée qu'au locataire");
    await page.click('nav a');
    await page.waitForSelector('#logements');
    await page.click('#logements a:text-is("Lot 5")');
    await page.waitForSelector('#courbe .uplot');
    expect(foreign).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('downloads the CSV', async () => {
    const { page } = await visit(`${troubled.url}/`);
    const download = page.waitForEvent('download');
    await page.click('text=Télécharger en CSV');
    const file = await download;
    expect(file.suggestedFilename()).toBe('releve-mois-2026-03-31.csv');
    const content = readFileSync(await file.path(), 'utf8');
    expect(content.split('\r\n')).toHaveLength(22);
    expect(content).toContain('LOC20');
  });

  it('prints the statements: one A4 sheet a lot', async () => {
    const { page, errors } = await visit(`${troubled.url}/`);
    await page.click('text=Relevés à imprimer');
    await page.waitForSelector('.sheet');
    expect(await page.locator('.sheet').count()).toBe(20);
    expect(await page.locator('#imprimer').isVisible()).toBe(true);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(20);
    expect(errors).toEqual([]);
  });
});

describe('on paper', () => {
  const pages = async (page: Page) =>
    (await page.pdf({ preferCSSPageSize: true })).toString('latin1').match(/\/Type\s*\/Page\b/g)?.length;

  it('the whole page for the assembly: three sheets, charts as wide as the paper, nothing to click', async () => {
    const { page, errors } = await visit(`${troubled.url}/`);
    await page.waitForSelector('#tendance .uplot');
    expect(await pages(page)).toBeLessThanOrEqual(3);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('#tendance svg').first().isVisible()).toBe(true);
    for (const screenOnly of ['.uplot', 'nav', '.choice', 'summary'])
      expect(await page.locator(screenOnly).first().isVisible()).toBe(false);
    expect(errors).toEqual([]);
  });

  it('a lot’s statement and a lot’s page: one sheet', async () => {
    const { page } = await visit(`${troubled.url}/lot/5`);
    await page.waitForSelector('#courbe .uplot');
    expect(await pages(page)).toBe(1);
    await page.click('#charges li:has-text("Février 2026") a:has-text("À imprimer")');
    await page.waitForSelector('.sheet');
    expect(await text(page, 'h2')).toBe('Relevé de consommation, février 2026');
    expect(await page.locator('.comparison .bar').count()).toBeGreaterThan(1);
    expect(await pages(page)).toBe(1);
  });
});

describe('live', () => {
  it('shows what was measured meanwhile, and keeps what the reader has opened', async () => {
    const { page } = await visit(`${sound.url}/`);
    await page.waitForSelector('#tendance .uplot');
    await page.click('#tendance summary');
    const today = paris().windowOf('day', now);
    const meter = sound.building.meters.find(({ id }) => id === 'GLOBAL');
    if (!meter) throw new Error('GLOBAL');
    await sound.store.write([meterDay(today, meter, { energyWh: 222_222, status: 'open', revision: 9 })]);
    await expect.poll(() => text(page, '.figures')).toContain('222,2');
    expect(await page.locator('#tendance details').getAttribute('open')).toBe('');
    expect(await page.locator('#tendance .uplot').count()).toBe(1);
  });

  it('says when the server is away, keeps the figures, and comes back', async () => {
    const { page } = await visit(`${sound.url}/`);
    await page.waitForSelector('#tendance .uplot');
    await sound.stop();
    await expect.poll(() => page.locator('#connexion-etat').isVisible()).toBe(true);
    expect(await text(page, '#connexion-etat')).toContain('Serveur injoignable');
    expect(await text(page, 'h1')).toBe("Oui, l'immeuble va bien.");
    await sound.start();
    await expect.poll(() => page.locator('#connexion-etat').isVisible(), { timeout: 15_000 }).toBe(false);
  });
});

describe('for everybody', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const axeRun = `axe
    .run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) =>
      violations.map(({ id, impact, nodes }) => impact + ' ' + id + ': ' + nodes.map((node) => node.html).join(' | ')),
    )`;
  const pages = [
    '/',
    '/lot/3',
    '/lot/5',
    '/maintenance',
    '/connexion',
    '/api/immeuble/releves-de-charges?format=html&lot=5',
    '/lot/99',
  ];

  it.each(
    pages.flatMap((path) => [
      [path, 'light', 1280],
      [path, 'dark', 1280],
      [path, 'light', 390],
    ]) as [string, 'light' | 'dark', number][],
  )('axe finds nothing on %s, %s, %d px wide, and nothing sticks out', async (path, colorScheme, width) => {
    const { page } = await visit(`${troubled.url}${path}`, { colorScheme, viewport: { width, height: 844 } });
    await page.waitForTimeout(150);
    await page.evaluate(axe);
    const violations = await page.evaluate<string[]>(axeRun);
    expect(violations).toEqual([]);
    const overflow = await page.evaluate<number>(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBeLessThanOrEqual(0);
  });

  it('the keyboard reaches content, links and form in order', async () => {
    const { page } = await visit(`${troubled.url}/`);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Aller au contenu');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement?.id')).toBe('contenu');
    await page.focus('select[name=periode]');
    await page.keyboard.press('Tab');
    expect(await page.evaluate("document.activeElement?.getAttribute('name')")).toBe('date');
  });
});

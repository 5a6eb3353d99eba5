// @ts-check
/**
 * Brings the page to life: asks for the same page again and puts in the parts that have changed, draws the charts with uPlot in place of
 * the server's, changes the period without leaving. Without it everything is still there.
 */
(() => {
  const slowest = 60_000;
  const every = Number(document.body.dataset.poll) || 15_000;
  const offline = document.getElementById('connexion-etat');
  /** @type {string | null} */
  let lastTag = null;
  let failures = 0;
  let timer = 0;
  /** @type {Map<Element, { destroy: () => void, resize: () => void }>} */
  const plots = new Map();

  /** Replaces what differs, but nothing the reader is just typing in or has opened. */
  function takeOver(markup) {
    const fresh = new DOMParser().parseFromString(markup, 'text/html');
    for (const part of document.querySelectorAll('[data-vif]')) {
      const replacement = fresh.getElementById(part.id);
      if (!replacement || source(part) === replacement.outerHTML) continue;
      if (part.contains(document.activeElement) && isField(document.activeElement)) continue;
      const opened = [...part.querySelectorAll('details')].map((details) => details.open);
      const focused = pathOfFocus(part);
      const imported = document.importNode(replacement, true);
      for (const plot of part.querySelectorAll('[data-courbe]')) release(plot);
      part.replaceWith(imported);
      originals.set(imported, imported.outerHTML);
      imported.querySelectorAll('details').forEach((details, index) => {
        details.open = opened[index] ?? false;
      });
      if (focused) imported.querySelector(focused)?.focus({ preventScroll: true });
      draw(imported);
      attach(imported);
    }
  }

  /** What the server sent for a part, before charts were drawn into it. @type {WeakMap<Element, string>} */
  const originals = new WeakMap();
  function source(part) {
    return originals.get(part) ?? part.outerHTML;
  }

  function isField(element) {
    return element instanceof HTMLInputElement || element instanceof HTMLSelectElement;
  }

  /** A selector of the focused link or button within a part. */
  function pathOfFocus(part) {
    const active = document.activeElement;
    if (!active || !part.contains(active)) return null;
    const link = active.getAttribute('href');
    return link ? `a[href="${CSS.escape(link)}"]` : active.tagName.toLowerCase();
  }

  async function ask(address, options = {}) {
    const response = await fetch(address, { headers: { accept: 'text/html' }, cache: 'no-cache', ...options });
    if (response.redirected && new URL(response.url).pathname === '/connexion') location.assign(response.url);
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response;
  }

  async function refresh() {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') return;
    try {
      const response = await ask(location.href.split('#')[0], { signal: AbortSignal.timeout(10_000) });
      const tag = response.headers.get('etag');
      if (tag === null || tag !== lastTag) {
        takeOver(await response.text());
        lastTag = tag;
      }
      failures = 0;
      tellOffline(false);
    } catch {
      failures += 1;
      tellOffline(true);
    }
    timer = setTimeout(refresh, failures === 0 ? every : Math.min(slowest, every * 2 ** Math.min(failures - 1, 5)));
  }

  function tellOffline(away) {
    document.body.classList.toggle('hors-ligne', away);
    if (!offline || offline.hidden === !away) return;
    offline.hidden = !away;
    offline.textContent = away ? 'Serveur injoignable : chiffres de la dernière mise à jour' : '';
  }

  /** The period form answers in place. */
  function attach(root) {
    const form = root.querySelector('form[data-remplace]');
    form?.addEventListener('submit', async (event) => {
      event.preventDefault();
      const address = new URL(form.action);
      address.search = new URLSearchParams(/** @type {any} */ (new FormData(form))).toString();
      const button = form.querySelector('button');
      button?.setAttribute('aria-busy', 'true');
      try {
        const markup = await (await ask(address.pathname + address.search)).text();
        history.pushState(null, '', address.pathname + address.search + address.hash);
        lastTag = null;
        document.body.focus();
        takeOver(markup);
        document.querySelector('form[data-remplace] button')?.focus({ preventScroll: true });
      } catch {
        form.submit();
      }
    });
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  const numbers = new Intl.NumberFormat('fr-FR', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const wholes = new Intl.NumberFormat('fr-FR', { maximumFractionDigits: 1 });
  const days = new Intl.DateTimeFormat('fr-FR', { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const longDays = new Intl.DateTimeFormat('fr-FR', {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  });
  const hours = new Intl.DateTimeFormat('fr-FR', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });

  function draw(root) {
    for (const figure of root.querySelectorAll('[data-courbe]')) {
      const script = document.getElementById(figure.dataset.source);
      if (!script || typeof uPlot === 'undefined') continue;
      const data = JSON.parse(script.textContent ?? '{}');
      release(figure);
      const kind = figure.dataset.courbe === 'tendance' ? trend(data) : curve(data);
      const size = () => ({ width: Math.max(240, figure.clientWidth), height: figure.clientWidth < 420 ? 210 : 270 });
      const label = figure.querySelector('svg')?.getAttribute('aria-label') ?? '';
      figure.querySelector('svg')?.setAttribute('hidden', '');
      const plot = new uPlot({ ...kind.options, ...size() }, kind.data, figure);
      plot.root.setAttribute('role', 'img');
      plot.root.setAttribute('aria-label', label);
      tellNewest(plot);
      plots.set(figure, { destroy: () => plot.destroy(), resize: () => plot.setSize(size()) });
    }
  }

  /** The legend tells the newest known value while nothing is pointed at. */
  function tellNewest(plot) {
    const values = plot.data.at(-1);
    const newest = values.findLastIndex((value) => value !== null);
    const tell = () => newest >= 0 && plot.setLegend({ idx: newest });
    plot.over.addEventListener('mouseleave', () => setTimeout(tell));
    setTimeout(tell);
  }

  function release(figure) {
    plots.get(figure)?.destroy();
    plots.delete(figure);
  }

  function axes(unit) {
    const base = {
      stroke: colour('--soft'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui',
    };
    return {
      x: { ...base, grid: { show: false } },
      y: { ...base, size: 66, values: (_plot, values) => values.map((value) => `${wholes.format(value)} ${unit}`) },
    };
  }

  /** Stacked bars: the whole is drawn first, the lots over it. */
  function trend(data) {
    const x = data.dates.map((date) => Date.parse(`${date}T00:00:00Z`) / 1000);
    const totals = data.locataires.map((value, index) => (value === null ? null : value + (data.autres?.[index] ?? 0)));
    const { x: axisX, y: axisY } = axes('kWh');
    const bars = uPlot.paths.bars({ size: [0.7, 36], radius: 0.12 });
    const text = (value) => (value === null || value === undefined ? '—' : `${numbers.format(value)} kWh`);
    const shown = [{ value: (_plot, at) => (at === null ? '—' : longDays.format(at * 1000)), label: 'Jour' }];
    const points = { show: false };
    if (data.autres)
      shown.push({
        label: 'Communs et pertes',
        fill: colour('--common'),
        stroke: colour('--common'),
        width: 0,
        paths: bars,
        points,
        value: (_plot, _value, _series, index) => text(index === null ? null : data.autres[index]),
      });
    shown.push({
      label: data.nom ?? 'Logements',
      fill: colour('--tenant'),
      stroke: colour('--tenant'),
      width: 0,
      paths: bars,
      points,
      value: (_plot, value) => text(value),
    });
    return {
      data: data.autres ? [x, totals, data.locataires] : [x, data.locataires],
      options: {
        tzDate: utc,
        scales: {
          x: { range: (_plot, least, most) => [least - 43_200, most + 43_200] },
          y: { range: (_plot, _least, most) => [0, (most || 1) * 1.1] },
        },
        axes: [{ ...axisX, values: (_plot, values) => values.map((at) => days.format(at * 1000)) }, axisY],
        series: shown,
        cursor: { drag: { x: false, y: false } },
        hooks: { draw: [(plot) => markAnomalies(plot, x, totals, data.anomalies)] },
      },
    };
  }

  function markAnomalies(plot, x, totals, anomalies) {
    const { ctx } = plot;
    ctx.save();
    ctx.fillStyle = colour('--alert');
    for (const [index, count] of anomalies.entries()) {
      if (count === 0) continue;
      ctx.beginPath();
      const radius = 3.5 * devicePixelRatio;
      ctx.arc(
        plot.valToPos(x[index], 'x', true),
        plot.valToPos(totals[index] ?? 0, 'y', true) - 2.4 * radius,
        radius,
        0,
        7,
      );
      ctx.fill();
    }
    ctx.restore();
  }

  /** Powers over the wall clock of the building: its instants are shown as if they were UTC. */
  function curve(data) {
    const start = Date.parse(`${data.debut.slice(0, 19)}Z`) / 1000;
    const x = data.puissances.map((_value, index) => start + (index + 0.5) * data.pas * 60);
    const { x: axisX, y: axisY } = axes('kW');
    return {
      data: [x, data.puissances.map((value) => (value === null ? null : value / 1000))],
      options: {
        tzDate: utc,
        scales: {
          x: { range: () => [start, start + data.puissances.length * data.pas * 60] },
          y: { range: (_plot, _least, most) => [0, (most || 1) * 1.1] },
        },
        axes: [{ ...axisX, values: (_plot, values) => values.map((at) => hours.format(at * 1000)) }, axisY],
        series: [
          { label: 'Heure', value: (_plot, at) => (at === null ? '—' : hours.format(at * 1000)) },
          {
            label: 'Puissance',
            stroke: colour('--general'),
            fill: colour('--general-soft'),
            width: 2,
            value: (_plot, value) => (value === null || value === undefined ? '—' : `${numbers.format(value)} kW`),
          },
        ],
        cursor: { drag: { x: false, y: false } },
      },
    };
  }

  function utc(at) {
    return uPlot.tzDate(new Date(at * 1000), 'Etc/UTC');
  }

  for (const part of document.querySelectorAll('[data-vif]')) originals.set(part, part.outerHTML);
  draw(document);
  attach(document);
  addEventListener('resize', () => {
    for (const plot of plots.values()) plot.resize();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => draw(document));
  addEventListener('online', refresh);
  addEventListener('popstate', () => {
    lastTag = null;
    refresh();
  });
  document.addEventListener('visibilitychange', refresh);
  timer = setTimeout(refresh, every);
})();

/** Charts as SVG made on the server: they are there without JavaScript; with it uPlot draws the same data in their place. */
import { frenchNumber } from '../../domain/french.ts';
import { energy, power, shortDate } from './format.ts';
import { type Html, html } from './html.ts';

export interface StackedBar {
  readonly date: string;
  /** kWh from the bottom up; null: unknown. */
  readonly parts: readonly { readonly role: 'tenant' | 'common'; readonly name: string; readonly kwh: number | null }[];
  readonly alert: boolean;
  readonly underWay: boolean;
}

const barsWidth = 720;
const curveWidth = 460;
const height = 240;
const left = 44;
const bottom = 26;
const top = 12;

/** One bar a day, oldest first. */
export function dayBars(label: string, bars: readonly StackedBar[]): Html {
  const greatest = Math.max(1, ...bars.map((bar) => bar.parts.reduce((total, part) => total + (part.kwh ?? 0), 0)));
  const scale = niceScale(greatest);
  const step = (barsWidth - left) / Math.max(1, bars.length);
  const barWidth = Math.min(28, step * 0.72);
  const every = Math.max(1, Math.ceil(bars.length / 8));
  return html`<svg class="chart" viewBox="0 0 ${barsWidth} ${height}" role="img" aria-label="${label}">
${grid(barsWidth, scale, (value) => frenchNumber(value, scale.step < 1 ? 1 : 0))}
${bars.map((bar, index) => {
  const x = left + index * step + (step - barWidth) / 2;
  let base = height - bottom;
  return html`<g class="${bar.underWay ? 'under-way' : 'closed'}">
<title>${shortDate(bar.date)} : ${bar.parts.map((part) => `${part.name} ${energy(part.kwh)}`).join(', ')}</title>
${bar.parts.map((part) => {
  const size = ((part.kwh ?? 0) / scale.top) * (height - bottom - top);
  base -= size;
  return (
    size > 0 &&
    html`<rect class="fill-${part.role}" x="${round(x)}" y="${round(base)}" width="${round(barWidth)}" height="${round(size)}" rx="2"/>`
  );
})}
${bar.alert && html`<circle class="fill-alert" cx="${round(x + barWidth / 2)}" cy="${round(Math.max(5, base - 6))}" r="3.5"/>`}
${(bars.length - 1 - index) % every === 0 && html`<text class="axis" x="${round(index === bars.length - 1 ? barsWidth : x + barWidth / 2)}" y="${height - 8}" text-anchor="${index === bars.length - 1 ? 'end' : 'middle'}">${shortDate(bar.date)}</text>`}
</g>`;
})}
</svg>`;
}

/** A day's powers (W, null: none) in equal steps; `limitW` is drawn as a line where it fits the scale. */
export function powerCurve(label: string, watts: readonly (number | null)[], limitW: number | null): Html {
  const greatest = Math.max(100, ...watts.map((value) => value ?? 0));
  const shown = limitW !== null && limitW <= greatest * 2.2 ? limitW : null;
  const scale = niceScale(Math.max(greatest, shown ?? 0) / 1000);
  const x = (index: number) => left + (index / Math.max(1, watts.length)) * (curveWidth - left);
  const y = (value: number) => height - bottom - (value / 1000 / scale.top) * (height - bottom - top);
  return html`<svg class="chart" viewBox="0 0 ${curveWidth} ${height}" role="img" aria-label="${label}">
${grid(curveWidth, scale, (value) => frenchNumber(value, scale.step < 1 ? 1 : 0))}
${runs(watts).map(
  (run) => html`<path class="area-general" d="M${round(x(run.from))} ${height - bottom} ${run.values
    .map((value, index) => `L${round(x(run.from + index + 0.5))} ${round(y(value))}`)
    .join(' ')} L${round(x(run.from + run.values.length))} ${height - bottom} Z"/>
<path class="line-general" d="${run.values
    .map((value, index) => `${index === 0 ? 'M' : 'L'}${round(x(run.from + index + 0.5))} ${round(y(value))}`)
    .join(' ')}"/>`,
)}
${shown !== null && html`<line class="line-limit" x1="${left}" x2="${curveWidth}" y1="${round(y(shown))}" y2="${round(y(shown))}"/><text class="axis limit" x="${curveWidth - 4}" y="${round(y(shown) - 5)}" text-anchor="end">souscrite ${power(shown)}</text>`}
${[0, 4, 8, 12, 16, 20].map((hour) => html`<text class="axis" x="${round(x((hour / 24) * watts.length))}" y="${height - 8}" text-anchor="${hour === 0 ? 'start' : 'middle'}">${hour} h</text>`)}
</svg>`;
}

interface Scale {
  readonly top: number;
  readonly step: number;
}

/** Three to five steps of 1, 2 or 5 times a power of ten up to the value. */
function niceScale(greatest: number): Scale {
  const rough = greatest / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  return { step, top: Math.ceil(greatest / step) * step };
}

function grid(width: number, scale: Scale, text: (value: number) => string): Html[] {
  const lines = Math.round(scale.top / scale.step);
  return Array.from({ length: lines + 1 }, (_, index) => {
    const value = index * scale.step;
    const y = round(height - bottom - (value / scale.top) * (height - bottom - top));
    return html`<line class="grid" x1="${left}" x2="${width}" y1="${y}" y2="${y}"/><text class="axis" x="${left - 6}" y="${y + 4}" text-anchor="end">${text(value)}</text>`;
  });
}

/** The stretches without holes. */
function runs(values: readonly (number | null)[]): { from: number; values: number[] }[] {
  const found: { from: number; values: number[] }[] = [];
  let run: { from: number; values: number[] } | undefined;
  for (const [index, value] of values.entries()) {
    if (value === null) run = undefined;
    else if (run) run.values.push(value);
    else {
      run = { from: index, values: [value] };
      found.push(run);
    }
  }
  return found;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

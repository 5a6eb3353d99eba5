/** HTML by tagged templates: every inserted text is escaped, only what `html` itself made goes in as it is. */

export interface Html {
  readonly markup: string;
}

export type Insert = Html | string | number | null | undefined | false | readonly Insert[];

export function html(parts: TemplateStringsArray, ...inserts: Insert[]): Html {
  let markup = parts[0] ?? '';
  for (const [index, insert] of inserts.entries()) markup += written(insert) + (parts[index + 1] ?? '');
  return { markup };
}

/** JSON inside a `<script type="application/json">`: no `<` that could end it. */
export function jsonScript(id: string, value: unknown): Html {
  const json = JSON.stringify(value).replaceAll('<', '\\u003c');
  return { markup: `<script type="application/json" id="${escapeText(id)}">${json}</script>` };
}

export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

function written(insert: Insert): string {
  if (insert === null || insert === undefined || insert === false) return '';
  if (typeof insert === 'number') return String(insert);
  if (typeof insert === 'string') return escapeText(insert);
  if ('markup' in insert) return insert.markup;
  return insert.map(written).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

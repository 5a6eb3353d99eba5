/** Amounts written the French way, `1 234,56 €`: Grafana writes numbers with a point, so that the text is made in Flux. */

/** Statement that defines the function `euros(cents)`; needs no import. Spaces are not breaking. */
export const eurosFunction = [
  'twoDigits = (n) => if n < 10 then "0" + string(v: n) else string(v: n)',
  'threeDigits = (n) => if n < 10 then "00" + string(v: n) else if n < 100 then "0" + string(v: n) else string(v: n)',
  'units = (n) => if n < 1000 then string(v: n) else string(v: n / 1000) + "\u00a0" + threeDigits(n: n % 1000)',
  'unsigned = (cents) => units(n: cents / 100) + "," + twoDigits(n: cents % 100) + "\u00a0€"',
  'euros = (cents) => if cents < 0 then "-" + unsigned(cents: -cents) else unsigned(cents: cents)',
].join('\n');

// Imports go one way (see README, "Flow"); only bin/ wires adapters.
const sides = ['ingest', 'processors', 'notify', 'api', 'dashboards', 'journal', 'results'];
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^domain/' },
      to: { path: `^(${sides.join('|')}|bin|infra|bench|test)/` },
    },
    { name: 'nobody-imports-bin', severity: 'error', from: { path: '^(?!bin/|test/|bench/)' }, to: { path: '^bin/' } },
    {
      name: 'only-bin-wires-adapters',
      severity: 'error',
      from: { path: '^(?!bin/|journal/|results/|test/|bench/|infra/)' },
      to: { path: '^(journal/(kafka|sqlite)|results/(influx|sqlite))/' },
    },
    {
      name: 'journal-stands-alone',
      severity: 'error',
      from: { path: '^journal/' },
      to: { path: '^(ingest|processors|notify|api|dashboards|results)/' },
    },
    {
      name: 'results-stand-alone',
      severity: 'error',
      from: { path: '^results/(?!sqlite/)' },
      to: { path: '^(ingest|processors|notify|api|dashboards|journal)/' },
    },
    {
      name: 'results-in-sqlite-are-the-journals-tables',
      severity: 'error',
      from: { path: '^results/sqlite/' },
      to: { path: '^(ingest|processors|notify|api|dashboards|journal/kafka)/' },
    },
    {
      name: 'ingest-goes-forward',
      severity: 'error',
      from: { path: '^ingest/' },
      to: { path: '^(processors|results|notify|api|dashboards)/' },
    },
    {
      name: 'processors-know-only-ports',
      severity: 'error',
      from: { path: '^processors/' },
      to: { path: '^(ingest|notify|api|dashboards)/' },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      from: { path: '^processors/(consumption|analysis)/' },
      to: { path: '^(journal|results)/' },
    },
    {
      name: 'notify-knows-only-ports',
      severity: 'error',
      from: { path: '^notify/' },
      to: { path: '^(ingest|processors|api|dashboards)/' },
    },
    {
      name: 'api-knows-only-ports',
      severity: 'error',
      from: { path: '^api/' },
      to: { path: '^(ingest|processors|notify|dashboards)/' },
    },
    {
      name: 'dashboards-know-only-the-domain',
      severity: 'error',
      from: { path: '^dashboards/' },
      to: { path: '^(ingest|processors|notify|api|journal|results)/' },
    },
    {
      name: 'product-does-not-import-tests',
      severity: 'error',
      from: { path: '^(?!test/|bench/)' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { catalogue, type Metric, type MetricName } from './catalogue.ts';

type Labels = Readonly<Record<string, string>>;

/** The series of one process. */
export interface Series {
  readonly registry: Registry;
  add(name: MetricName, labels: Labels, by?: number): void;
  observe(name: MetricName, labels: Labels, seconds: number): void;
  /** Replaces all values of a gauge; null: it can't be told now, and is left out. */
  show(name: MetricName, values: readonly (readonly [Labels, number])[] | null): void;
}

/** What a label's value may look like: whatever else comes in its place is somebody's text. */
const word = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Opens a registry of its own, with Node.js's and the process's own metrics under their usual names (`process_`, `nodejs_`). */
export function openSeries(): Series {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  for (const [name, metric] of Object.entries<Metric>(catalogue)) {
    const about = { name, help: metric.help, labelNames: Object.keys(metric.labels), registers: [registry] };
    if (metric.type === 'counter') counters.set(name, new Counter(about));
    if (metric.type === 'gauge') gauges.set(name, new Gauge(about));
    if (metric.type === 'histogram') histograms.set(name, new Histogram({ ...about, buckets: [...(metric.buckets ?? [])] }));
    // Seen from the start, so that the first event is a rise from 0.
    const [[label, values] = ['', []], ...more] = Object.entries(metric.labels);
    if (metric.type === 'counter' && more.length === 0 && typeof values !== 'string')
      for (const value of values) counters.get(name)?.inc({ [label]: value }, 0);
  }
  return {
    registry,
    add: (name, labels, by = 1) => counters.get(name)?.inc(checked(labels), by),
    observe: (name, labels, seconds) => histograms.get(name)?.observe(checked(labels), Math.max(0, seconds)),
    show: (name, values) => {
      const gauge = gauges.get(name);
      gauge?.reset();
      // Without labels, a gauge that was reset stands at 0, which would be a statement.
      if (Object.keys(catalogue[name].labels).length === 0) gauge?.remove();
      for (const [labels, value] of values ?? []) gauge?.set(checked(labels), value);
    },
  };
}

function checked(labels: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [label, word.test(value) ? value : 'unexpected']));
}

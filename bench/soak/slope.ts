// Tells growth from noise: a straight line through samples, and whether it rises by more than it may.
import type { Census } from "./census.ts";

export interface Sample {
  readonly atMs: number;
  readonly counts: Census;
}

export interface Trend {
  readonly what: string;
  readonly first: number;
  readonly least: number;
  readonly most: number;
  readonly last: number;
  /** What the fitted line rises by from the first sample to the last. */
  readonly growth: number;
  readonly allowed: number;
  readonly leaks: boolean;
}

/** Standard errors by which a slope must differ from none. */
const SIGNIFICANT = 3;

/**
 * A count leaks when its line rises by more than the larger of `floorOf` and a twentieth of its mean, and by more than three standard errors.
 * Samples that could not be taken (NaN) are left out; what was never counted has no trend.
 */
export function trendsOf(samples: readonly Sample[], floorOf: (what: string) => number): readonly Trend[] {
  return Object.keys(samples[0]?.counts ?? {}).flatMap((what): Trend[] => {
    const points = samples.map(({ atMs, counts }) => ({ x: atMs, y: counts[what] ?? Number.NaN })).filter(({ y }) => !Number.isNaN(y));
    if (points.length < 3) return [];
    const ys = points.map(({ y }) => y);
    const { growth, error } = fit(points);
    const allowed = Math.max(floorOf(what), Math.abs(mean(ys)) / 20);
    return [{ what, first: ys[0] ?? 0, least: Math.min(...ys), most: Math.max(...ys), last: ys.at(-1) ?? 0, growth, allowed, leaks: growth > allowed && growth > SIGNIFICANT * error }];
  });
}

/** Least squares: what the line gains over all samples, and the standard error of that. */
function fit(points: readonly { readonly x: number; readonly y: number }[]): { readonly growth: number; readonly error: number } {
  const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = sum(points.map(({ x }) => (x - meanX) ** 2));
  const slope = sum(points.map(({ x, y }) => (x - meanX) * (y - meanY))) / spread;
  const rest = sum(points.map(({ x, y }) => (y - meanY - slope * (x - meanX)) ** 2));
  const span = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0);
  return { growth: slope * span, error: Math.sqrt(rest / (points.length - 2) / spread) * span };
}

const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);
const mean = (list: readonly number[]): number => sum(list) / list.length;

/** Steps of time on a chart's x axis: where they lie, which one the pointer or the keys mean. */

export type Step = { /** Unix time of its start, in milliseconds. */ at: number };

/** The step at a place between 0 and 1 of the chart's width. */
export function stepAt(place: number, count: number): number {
  return Math.max(0, Math.min(count - 1, Math.floor(place * count)));
}

const PAGE = 10;

/** The step that a key leads to; null for a key that means nothing here. */
export function stepAfterKey(key: string, current: number, count: number): number | null {
  const last = count - 1;
  const moves: Record<string, number> = {
    ArrowLeft: current - 1,
    ArrowDown: current - 1,
    ArrowRight: current + 1,
    ArrowUp: current + 1,
    PageDown: current - PAGE,
    PageUp: current + PAGE,
    Home: 0,
    End: last,
  };
  const next = moves[key];
  return next === undefined ? null : Math.max(0, Math.min(last, next));
}

/** A line that is level over each step and upright between two; it breaks where a step has no value. */
export function stepPath<T extends Step>(
  steps: readonly T[],
  place: { x: (at: number) => number; stepWidth: number },
  y: (step: T) => number | null,
): string {
  let path = "";
  let drawing = false;
  for (const step of steps) {
    const level = y(step);
    if (level !== null)
      path += `${drawing ? "V" : `M${round(place.x(step.at))} `}${round(level)}h${round(place.stepWidth)}`;
    drawing = level !== null;
  }
  return path;
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Every second one, fourth one, … until at most `most` are left. */
export function thin<T>(values: readonly T[], most: number): T[] {
  const every = 2 ** Math.max(0, Math.ceil(Math.log2(values.length / Math.max(1, most))));
  return values.filter((_, index) => index % every === 0);
}

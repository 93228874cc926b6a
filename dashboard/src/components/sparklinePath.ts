/** The path of a small line chart that starts at zero; empty for fewer than two values. */
export function sparkline(values: readonly number[], width: number, height: number): string {
  if (values.length < 2) return "";
  const largest = Math.max(...values, 0) || 1;
  const inset = 1; // half of the stroke stays inside
  const x = (place: number) => inset + (place / (values.length - 1)) * (width - 2 * inset);
  const y = (value: number) => height - inset - (value / largest) * (height - 2 * inset);
  return values.map((value, place) => `${place ? "L" : "M"}${x(place).toFixed(1)} ${y(value).toFixed(1)}`).join("");
}

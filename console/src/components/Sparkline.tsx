// A line the size of a word. What it says stands beside it in figures, so it is hidden from screen readers.
export function Sparkline({
  values,
  width = 84,
  height = 24,
}: {
  values: number[];
  width?: number;
  height?: number;
}) {
  if (values.length < 2) return null;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map((value, i) => {
    const x = 2 + (i / (values.length - 1)) * (width - 4);
    const y = height - 3 - ((value - low) / span) * (height - 6);
    return [x, y] as const;
  });
  const line = points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const end = points.at(-1) as readonly [number, number];
  return (
    <svg width={width} height={height} aria-hidden="true" className="spark">
      <polyline points={line} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
      <circle cx={end[0]} cy={end[1]} r="2.2" fill="currentColor" />
    </svg>
  );
}

// The satsuma: a fruit cut open, with its leaf.
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="18" r="12.5" fill="#f2711c" />
      <g stroke="#ffe5ce" strokeWidth="1.6" strokeLinecap="round" opacity=".9">
        <path d="M16 18V9.5M16 18l7.4-4.3M16 18l7.4 4.3M16 18v8.5M16 18l-7.4 4.3M16 18l-7.4-4.3" />
      </g>
      <path d="M16 7.5c.3-3.6 3-6 7.5-5.9-.1 3.8-2.9 6.1-7.5 5.9z" fill="#3f7d3a" />
    </svg>
  );
}

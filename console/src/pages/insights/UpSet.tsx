// Overlaps as a table: each row is one combination of segments, with how many are in exactly these.
import type { Overlap } from '../../api/wire';
import { t } from '../../texts';

const ROWS_MAX = 16;

export function UpSet({ overlap }: { overlap: Overlap }) {
  const rows = [...overlap.intersections]
    .filter((one) => one.count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, ROWS_MAX);
  const largest = Math.max(1, ...rows.map((one) => one.count));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="upset-box" tabIndex={0} aria-label={t.insights.overlapTitle}>
      <table className="bars upset">
        <thead>
          <tr>
            {overlap.sizes.map((one) => (
              <th key={one.id} scope="col" className="upset-name">
                {one.name}
                <br />
                <span className="number muted">{t.number(one.size)}</span>
              </th>
            ))}
            <th scope="col">{t.insights.exactly}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.ids.join(' ')}>
              {overlap.sizes.map((one) => (
                <td key={one.id} className="upset-cell">
                  <span className="upset-dot" data-on={row.ids.includes(one.id) || undefined} aria-hidden />
                  <span className="visually-hidden">
                    {row.ids.includes(one.id) ? t.builder.yes : t.builder.no}
                  </span>
                </td>
              ))}
              <td>
                <span className="meter-row">
                  <span className="meter" aria-hidden>
                    <span style={{ width: `${(row.count / largest) * 100}%` }} />
                  </span>
                  <span className="number">{t.number(row.count)}</span>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

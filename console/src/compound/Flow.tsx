// How the segments of a compound definition flow together: what each step adds or takes away, and what is left.
import { t } from '../texts';
import { type Chain, conditionOf, conditionOfTerm } from './chain';
import { useSizes } from './sizes';
import { nameOf } from './Tiles';

/** Of the drawing of a step, in its own units; it is stretched to the width that there is. */
const WIDTH = 100;
const HEIGHT = 66;
const BAR = 15;
/** Where what flows in or out bends. */
const RIBBON = HEIGHT - BAR;
const RIVER_MAX = 78;

export function Flow({ chain, audience }: { chain: Chain; audience: string }) {
  const after = useSizes(
    chain.map((_, i) => conditionOf(chain.slice(0, i + 1))),
    audience,
  );
  const own = useSizes(
    chain.map((one) => conditionOfTerm(one.term)),
    audience,
  );
  const most = Math.max(1, ...after.map((size) => size ?? 0));
  const wide = (size: number | null) => ((size ?? 0) / most) * RIVER_MAX;
  return (
    <section className="flow card" aria-label={t.sets.flow}>
      <h2 className="d-label">{t.sets.flow}</h2>
      <ol className="flow-steps">
        {chain.map((link, i) => {
          const before = i > 0 ? (after[i - 1] ?? null) : null;
          const now = after[i] ?? null;
          const change = before === null || now === null ? null : now - before;
          return (
            <li key={i} className="flow-step">
              <span className="flow-term">
                {i > 0 && <span className="flow-op">{t.sets.ops[link.op]}</span>}
                <strong>{nameOf(link.term)}</strong>
                <span className="muted number">{t.sets.alone(size(own[i] ?? null))}</span>
              </span>
              <svg
                className="flow-river"
                viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
                preserveAspectRatio="none"
                aria-hidden
              >
                {i === 0 ? (
                  <rect className="flow-bar" x={0} y={RIBBON} width={wide(now)} height={BAR} />
                ) : (
                  <Step before={wide(before)} now={wide(now)} />
                )}
              </svg>
              <span className="flow-figures">
                {change !== null && (
                  <span className={change < 0 ? 'flow-change down' : 'flow-change up'}>
                    {t.change(change)}
                  </span>
                )}
                <strong className="number" title={t.sets.after}>
                  {size(now)}
                </strong>
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

const size = (count: number | null) => (count === null ? '–' : t.number(count));

/** The river goes on to the bar of those who are in now; beside it flows in what is added, or out what is taken. */
function Step({ before, now }: { before: number; now: number }) {
  const kept = Math.min(before, now);
  const other = Math.max(before, now);
  const thick = Math.max(1.5, ((other - kept) / RIVER_MAX) * HEIGHT * 0.6);
  const bend = (x: number) => x + (WIDTH - x) * 0.45;
  const added =
    `M${WIDTH},4 C${bend(kept)},4 ${kept},20 ${kept},${RIBBON} L${other},${RIBBON}` +
    ` C${other},${20 + thick} ${bend(other)},${4 + thick} ${WIDTH},${4 + thick} Z`;
  const end = RIBBON - 4;
  const taken =
    `M${kept},0 C${kept},${RIBBON - 20} ${bend(kept)},${end} ${WIDTH},${end} L${WIDTH},${end - thick}` +
    ` C${bend(other)},${end - thick} ${other},${RIBBON - 20 - thick} ${other},0 Z`;
  return (
    <>
      <rect className="flow-kept" x={0} y={0} width={kept} height={RIBBON} />
      {other > kept && (
        <path className={now > before ? 'flow-added' : 'flow-taken'} d={now > before ? added : taken} />
      )}
      <rect className="flow-bar" x={0} y={RIBBON} width={kept} height={BAR} />
      {now > kept && <rect className="flow-bar-added" x={kept} y={RIBBON} width={now - kept} height={BAR} />}
    </>
  );
}

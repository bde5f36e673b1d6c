// What the definition gives, beside it: size, funnel, missing values, a sample, the difference to the live version.
import { Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { compareWith } from '../../api/queries';
import type { Preview, SegmentDetail } from '../../api/types';
import { messageOf } from '../../components/states';
import { t } from '../../texts';
import type { Draft } from './useDraft';

const ReachBeside = lazy(() => import('./ReachBeside'));

export function LivePanel({ detail, draft }: { detail: SegmentDetail; draft: Draft }) {
  const { preview, stale, error } = draft;
  return (
    <aside className="d-side card" aria-label={t.definition.size} data-stale={stale || undefined}>
      {error && !preview ? (
        <p className="b-problem" role="alert">
          {messageOf(error)}
        </p>
      ) : !preview ? (
        <Skeleton height={120} />
      ) : (
        <>
          <Size preview={preview} />
          <Problems preview={preview} />
          {draft.editable && draft.dirty && detail.status !== 'draft' && (
            <Compared detail={detail} draft={draft} />
          )}
          <Funnel preview={preview} />
          <Missing preview={preview} />
          <Suspense>
            <ReachBeside detail={detail} draft={draft} />
          </Suspense>
          <Sample preview={preview} />
        </>
      )}
    </aside>
  );
}

function Size({ preview }: { preview: Preview }) {
  const { count, audience } = preview;
  const share = count !== null && audience ? count / audience : 0;
  return (
    <div className="d-size">
      <h2 className="d-label">{t.definition.size}</h2>
      <p className="d-count number" role="status" data-testid="size">
        {count === null ? '–' : t.number(count)}
      </p>
      {audience !== null && count !== null && (
        <>
          <div className="d-bar" aria-hidden>
            <span style={{ width: `${share * 100}%` }} />
          </div>
          <p className="muted flush">
            {t.definition.of(t.number(audience))} · {t.percent(share)}
          </p>
        </>
      )}
    </div>
  );
}

function Problems({ preview }: { preview: Preview }) {
  const errors = preview.problems.filter((one) => one.severity === 'error');
  const warnings = preview.problems.filter((one) => one.severity === 'warning');
  return (
    <>
      {errors.length > 0 && (
        <section className="d-part" aria-label={t.definition.problems}>
          <h3 className="d-label d-bad">
            <IconCircleX size={16} aria-hidden /> {t.definition.problems}
          </h3>
          <ul className="d-problems">
            {errors.map((one, i) => (
              <li key={i}>
                {one.message} {one.hint && <span className="muted">{one.hint}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
      {warnings.length > 0 && (
        <section className="d-part" aria-label={t.definition.warnings}>
          <h3 className="d-label d-warn">
            <IconAlertTriangle size={16} aria-hidden /> {t.definition.warnings}
          </h3>
          <ul className="d-problems">
            {warnings.map((one, i) => (
              <li key={i}>{one.message}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Funnel({ preview }: { preview: Preview }) {
  const { narrowings, audience } = preview;
  if (narrowings.length < 2 || !audience) return null;
  return (
    <section className="d-part" aria-label={t.definition.funnel}>
      <h3 className="d-label">{t.definition.funnel}</h3>
      <ol className="d-funnel">
        {narrowings.map((one, i) => (
          <li key={i} title={one.text}>
            <span className="d-funnel-text">{one.text}</span>
            <span className="d-funnel-figures number">
              <strong>{t.number(one.together)}</strong>
              <span className="muted">{t.definition.funnelAlone(t.number(one.alone))}</span>
            </span>
            <span className="d-funnel-bar" aria-hidden>
              <span style={{ width: `${Math.max((one.together / audience) * 100, 0.5)}%` }} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Missing({ preview }: { preview: Preview }) {
  const some = preview.missing.filter((one) => one.count > 0);
  if (some.length === 0) return null;
  return (
    <section className="d-part" aria-label={t.definition.missing}>
      <h3 className="d-label" title={t.definition.missingHelp}>
        {t.definition.missing}
      </h3>
      <ul className="d-rows">
        {some.map((one) => (
          <li key={one.attribute}>
            <span className="code">{one.attribute}</span>
            <span className="number">{t.number(one.count)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sample({ preview }: { preview: Preview }) {
  if (preview.count === null) return null;
  return (
    <section className="d-part" aria-label={t.definition.sample}>
      <h3 className="d-label">{t.definition.sample}</h3>
      {preview.sample.length === 0 ? (
        <p className="muted flush">{t.definition.noneYet}</p>
      ) : (
        <p className="d-sample">
          {preview.sample.slice(0, 12).map((key) => (
            <Link key={key} to="/contacts/$key" params={{ key }} className="d-key code">
              {key}
            </Link>
          ))}
        </p>
      )}
    </section>
  );
}

function Compared({ detail, draft }: { detail: SegmentDetail; draft: Draft }) {
  const body = JSON.stringify(draft.condition);
  const { data } = useQuery({
    queryKey: ['compare', detail.id, body],
    queryFn: ({ signal }) => compareWith(detail.id, JSON.parse(body), signal),
    enabled: !draft.stale && !draft.preview?.problems.some((one) => one.severity === 'error'),
    placeholderData: keepPreviousData,
    meta: { live: true },
  });
  if (!data) return null;
  return (
    <section className="d-part" aria-label={t.definition.compare}>
      <h3 className="d-label">{t.definition.compare}</h3>
      <p className="d-compare number">
        <span className="d-enter">
          <strong>+{t.number(data.enter)}</strong> {t.definition.enter}
        </span>
        <span className="d-leave">
          <strong>−{t.number(data.leave)}</strong> {t.definition.leave}
        </span>
        <span>
          <strong>{t.number(data.stay)}</strong> {t.definition.stay}
        </span>
      </p>
    </section>
  );
}

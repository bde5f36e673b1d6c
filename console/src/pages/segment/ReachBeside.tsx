// Beside a definition that is being edited: who of those it gives could be e-mailed, before it goes live.
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo } from 'react';
import { useMay } from '../../api/session';
import type { SegmentDetail } from '../../api/types';
import { Reach } from '../../components/Reach';
import { t } from '../../texts';
import type { Draft } from './useDraft';

/** The size comes first: reach follows once nothing is edited for a while. */
const PAUSE_MS = 700;

export default function ReachBeside({ detail, draft }: { detail: SegmentDetail; draft: Draft }) {
  const [settled] = useDebouncedValue(JSON.stringify(draft.condition), PAUSE_MS);
  const where = useMemo(() => JSON.parse(settled), [settled]);
  const mayAsk = useMay('preview_reach');
  const isBroken = draft.preview?.problems.some((one) => one.severity === 'error') ?? true;
  if (!mayAsk || isBroken || !draft.preview?.count) return null;
  return (
    <section className="d-part" aria-label={t.reach.title}>
      <h3 className="d-label">{t.reach.title}</h3>
      <Reach compact of={{ where, audience: detail.audience, timezone: detail.timezone }} />
    </section>
  );
}

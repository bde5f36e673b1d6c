// The definition: builder, text and plain English of one tree, and beside them what it gives.
import { Alert, SegmentedControl } from '@mantine/core';
import { IconLock, IconPencil } from '@tabler/icons-react';
import { useState } from 'react';
import { realValues, useCatalog, useNames } from '../../api/queries';
import type { SegmentDetail } from '../../api/types';
import { Builder } from '../../builder/Builder';
import { Loading } from '../../components/states';
import { Compound } from '../../compound/Compound';
import { t } from '../../texts';
import { LivePanel } from './LivePanel';
import { TextView } from './TextView';
import type { Draft } from './useDraft';

/** A longer sentence is set smaller. */
const LONG_CHARS = 240;

export default function Definition({ detail, draft }: { detail: SegmentDetail; draft: Draft }) {
  const [view, setView] = useState<'builder' | 'text'>('builder');
  const { data: catalog } = useCatalog();
  const { data: names } = useNames();
  if (!catalog || !names) return <Loading />;
  const others = { ...names, segments: names.segments.filter((name) => name !== detail.name) };
  const preview = draft.preview;
  const long = (preview?.english?.length ?? 0) > LONG_CHARS;
  return (
    <div className="d-grid">
      <div className="d-main">
        {!draft.editable && detail.status !== 'draft' && (
          <Alert color="gray" icon={<IconLock size={18} />} mb="md">
            {t.segment.locked}
          </Alert>
        )}
        {draft.editable && detail.status !== 'draft' && (
          <Alert color="satsuma" icon={<IconPencil size={18} />} mb="md">
            {t.segment.draftBeside}
          </Alert>
        )}
        <p className={long ? 'd-english d-long' : 'd-english'} aria-live="polite">
          <span className="visually-hidden">{t.definition.english}: </span>
          {preview?.english || <span className="muted">{t.definition.englishNone}</span>}
        </p>
        <SegmentedControl
          size="xs"
          mb="sm"
          aria-label={t.definition.view}
          value={view}
          onChange={(next) => setView(next as 'builder' | 'text')}
          data={[
            { value: 'builder', label: t.definition.builder },
            { value: 'text', label: t.definition.text },
          ]}
        />
        {view === 'text' ? (
          <TextView draft={draft} audience={detail.audience} />
        ) : detail.kind === 'compound' ? (
          <Compound
            value={draft.condition}
            onChange={draft.setCondition}
            names={others}
            audience={detail.audience}
            disabled={!draft.editable}
            problems={preview?.problems ?? []}
          />
        ) : (
          <Builder
            value={draft.condition}
            onChange={draft.setCondition}
            catalog={catalog}
            audience={detail.audience}
            names={others}
            values={realValues}
            disabled={!draft.editable}
            problems={preview?.problems}
            narrowings={draft.stale ? undefined : preview?.narrowings}
          />
        )}
      </div>
      <LivePanel detail={detail} draft={draft} />
      {/* Where the panel stands below, its figure stays in sight. */}
      <div className="d-sizebar" aria-hidden data-stale={draft.stale || undefined}>
        <span className="muted">{t.definition.size}</span>
        <strong className="number">
          {preview?.count === null || preview === undefined ? '–' : t.number(preview.count)}
        </strong>
        {preview?.audience ? (
          <span className="muted">{t.definition.of(t.number(preview.audience))}</span>
        ) : null}
      </div>
    </div>
  );
}

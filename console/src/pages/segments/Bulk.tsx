// What can be done with several segments at once.
import { Button } from '@mantine/core';
import { IconDownload, IconPlayerPlay, IconPlayerStop, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { deleteSegment, goLiveTogether, refreshSegments, stopSegment } from '../../api/actions';
import { exportUrl } from '../../api/queries';
import type { SegmentRow } from '../../api/types';
import { Ask } from '../../components/Ask';
import { done, failed } from '../../components/notify';
import { useDoing } from '../../components/useDoing';
import { t } from '../../texts';

export function Bulk({ rows, onDone }: { rows: SegmentRow[]; onDone: () => void }) {
  const [asking, setAsking] = useState<'stop' | 'delete' | null>(null);
  const { busy, doing } = useDoing();
  const drafts = rows.filter((row) => row.status === 'draft');
  const live = rows.filter((row) => row.status === 'live' || row.status === 'failed');

  /** One after the other: what is refused stays, and is told with its reason. */
  const each = async (
    chosen: SegmentRow[],
    act: (id: string) => Promise<unknown>,
    say: (n: number) => string,
  ) => {
    let count = 0;
    for (const row of chosen) {
      try {
        await act(row.id);
        count += 1;
      } catch (error) {
        failed(error);
      }
    }
    if (count > 0) done(say(count));
    refreshSegments();
    onDone();
  };
  const goLive = () =>
    doing(async () => {
      try {
        await goLiveTogether(drafts.map((row) => row.id));
      } finally {
        void refreshSegments();
      }
      done(t.segments.live(drafts.length));
      onDone();
    });
  const first = rows[0]?.name ?? '';
  return (
    <div className="bulk rise" role="toolbar" aria-label={t.segments.selected(t.number(rows.length))}>
      <strong className="number">{t.segments.selected(t.number(rows.length))}</strong>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlayerPlay size={15} />}
        disabled={drafts.length === 0}
        loading={busy}
        onClick={() => void goLive()}
      >
        {t.segments.goLive}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlayerStop size={15} />}
        disabled={live.length === 0}
        onClick={() => setAsking('stop')}
      >
        {t.segments.stop}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconTrash size={15} />}
        onClick={() => setAsking('delete')}
      >
        {t.segments.delete}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={15} />}
        disabled={live.length === 0}
        onClick={() => live.forEach(download)}
      >
        {t.segments.export}
      </Button>
      <Button size="xs" variant="subtle" color="gray" onClick={onDone}>
        {t.segments.clear}
      </Button>
      {asking === 'stop' && (
        <Ask
          title={t.segments.stopTitle(live.length, live[0]?.name ?? '')}
          confirm={t.segments.stop}
          onConfirm={() => each(live, stopSegment, t.segments.stopped)}
          onClose={() => setAsking(null)}
        >
          {t.segments.stopHelp}
        </Ask>
      )}
      {asking === 'delete' && (
        <Ask
          title={t.segments.deleteTitle(rows.length, first)}
          confirm={t.segments.delete}
          danger
          onConfirm={() => each(rows, deleteSegment, t.segments.deleted)}
          onClose={() => setAsking(null)}
        >
          {t.segments.deleteHelp}
        </Ask>
      )}
    </div>
  );
}

/** One file for each; the browser may ask once whether several may come. */
function download(row: SegmentRow, index: number): void {
  setTimeout(() => {
    const link = document.createElement('a');
    link.href = exportUrl(row.id, 'csv', [], '');
    link.download = '';
    link.click();
  }, index * 300);
}

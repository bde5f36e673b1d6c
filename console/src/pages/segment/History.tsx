// Every version of the definition: who made it, what it changed, and back to it.
import { Button, Timeline } from '@mantine/core';
import { IconRestore } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { refreshSegments, restoreEdition } from '../../api/actions';
import { useEditions } from '../../api/queries';
import { useMay } from '../../api/session';
import type { SegmentDetail } from '../../api/types';
import { done, failed } from '../../components/notify';
import { Status } from '../../components/Status';
import { Failed, Loading } from '../../components/states';
import { When } from '../../components/When';
import { t } from '../../texts';

export default function History(props: { detail: SegmentDetail; onBeside: () => void }) {
  const { detail } = props;
  const { data, error, refetch } = useEditions(detail.id);
  const navigate = useNavigate();
  const mayRestore = useMay('restore_segment');
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  if (data.length === 0) return <p className="muted">{t.history.none}</p>;
  const newest = [...data].reverse();
  const restore = async (number: number) => {
    try {
      await restoreEdition(detail.id, number);
      await refreshSegments(detail.id);
      props.onBeside();
      done(t.history.restored);
      await navigate({ to: '/segments/$id', params: { id: detail.id }, search: { tab: 'definition' } });
    } catch (problem) {
      failed(problem);
    }
  };
  return (
    <Timeline bulletSize={14} lineWidth={2} maw={860}>
      {newest.map((edition) => (
        <Timeline.Item
          key={edition.number}
          title={
            <span className="h-title">
              {t.history.edition(edition.number)}
              {edition.status && <Status status={edition.status} />}
              {edition.status === null && mayRestore && (
                <Button
                  size="compact-xs"
                  variant="default"
                  leftSection={<IconRestore size={13} />}
                  aria-label={`${t.history.restore}: ${t.history.edition(edition.number)}`}
                  onClick={() => void restore(edition.number)}
                >
                  {t.history.restore}
                </Button>
              )}
            </span>
          }
        >
          <span className="muted">
            <When at={edition.at} /> {t.history.by(edition.actor)}
          </span>
          <pre className="diff">
            {(edition.number === data[0]?.number ? edition.text.split('\n') : edition.difference).map(
              (line, i) => (
                <span key={i} data-sign={edition.number === data[0]?.number ? undefined : line[0]}>
                  {line}
                </span>
              ),
            )}
            {edition.number !== data[0]?.number && edition.difference.length === 0 && (
              <span className="muted">{t.history.same}</span>
            )}
          </pre>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

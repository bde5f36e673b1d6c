// Who can be e-mailed: how many, and why the others cannot, for the consent that is asked for.
import { Select } from '@mantine/core';
import { useState } from 'react';
import { type ReachOf, useReach, useTopics } from '../api/marketing';
import type { Reach as Reached } from '../api/wire';
import { t } from '../texts';
import { Failed, Loading } from './states';
import './reach.css';

const NO_TOPIC = 'none';
const MARKETING = 'marketing';

export const topicName = (topic: string) => t.topics[topic] ?? topic;

/** A panel with the reach of a segment, a list or a definition. */
export function Reach({ of, compact }: { of: ReachOf; compact?: boolean }) {
  const [topic, setTopic] = useState(MARKETING);
  const { data, error, refetch } = useReach(of, topic);
  const { data: topics } = useTopics();
  const known = (topics?.levels ?? [])
    .concat(topics?.topics ?? [])
    .filter((one, i, all) => one !== topics?.do_not_email && one !== NO_TOPIC && all.indexOf(one) === i);
  return (
    <>
      <Select
        label={t.reach.topic}
        size={compact ? 'xs' : 'sm'}
        maw={compact ? undefined : 320}
        allowDeselect={false}
        data={[
          ...(known.length ? known : [MARKETING]).map((value) => ({ value, label: topicName(value) })),
          { value: NO_TOPIC, label: t.reach.noTopic },
        ]}
        value={topic}
        onChange={(next) => next && setTopic(next)}
      />
      {error && !data ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading rows={3} />
      ) : (
        <Figures reach={data} compact={compact} />
      )}
    </>
  );
}

function Figures({ reach, compact }: { reach: Reached; compact?: boolean }) {
  if (reach.size === 0) return <p className="muted r-none">{t.reach.nobody}</p>;
  const share = (count: number) => count / reach.size;
  const reasons = Object.entries(reach.reasons).filter(([, count]) => count > 0);
  return (
    <>
      <p className="r-count" role="status">
        <strong className="number">{t.number(reach.reachable)}</strong>{' '}
        <span className="muted number">
          {t.reach.of(t.number(reach.size), t.percent(share(reach.reachable)))}
        </span>
      </p>
      <div className="r-whole" aria-hidden>
        <span data-reason="reachable" style={{ width: `${share(reach.reachable) * 100}%` }} />
        {reasons.map(([reason, count]) => (
          <span key={reason} data-reason={reason} style={{ width: `${share(count) * 100}%` }} />
        ))}
      </div>
      <ul className="r-rows" aria-label={t.reach.title}>
        {reasons.map(([reason, count]) => (
          <li key={reason} title={t.reach.hints[reason]}>
            <span className="r-dot" data-reason={reason} aria-hidden />
            <span className="r-reason">
              {t.reach.reasons[reason] ?? reason}
              {!compact && <span className="muted small r-hint">{t.reach.hints[reason]}</span>}
            </span>
            <span className="number">{t.number(count)}</span>
            <span className="muted number small r-share">{t.percent(share(count))}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

// Why someone is in a segment, or is not: each condition with its evidence, since when and until when.
import { Drawer } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { explain, useCatalog } from '../../api/queries';
import type { Evidence, Explained, Explanation, Happened } from '../../api/types';
import { readable } from '../../builder/catalog';
import { Failed, Loading } from '../../components/states';
import { plainText } from '../../components/value';
import { moment } from '../../components/When';
import { t } from '../../texts';
import './segment.css';

export function Why(props: { segment: { id: string; name: string }; contact: string; onClose: () => void }) {
  const { segment, contact } = props;
  const { data: catalog } = useCatalog();
  const { data, error, refetch } = useQuery({
    queryKey: ['explain', segment.id, contact],
    queryFn: ({ signal }) => explain(segment.id, contact, signal),
    meta: { live: true },
  });
  return (
    <Drawer
      opened
      onClose={props.onClose}
      position="right"
      size="lg"
      title={t.why.title(contact, segment.name)}
    >
      {error ? (
        <Failed error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : (
        <Told explanation={data} zone={catalog?.timezone ?? 'UTC'} />
      )}
    </Drawer>
  );
}

function Told({ explanation, zone }: { explanation: Explanation; zone: string }) {
  const inside = explanation.member ?? explanation.holds;
  const verdict =
    explanation.member === null
      ? explanation.holds
        ? t.why.would
        : t.why.wouldNot
      : explanation.member
        ? t.why.in
        : t.why.out;
  return (
    <>
      <p className="why-verdict" data-in={inside || undefined}>
        {inside ? <IconCircleCheck size={24} aria-hidden /> : <IconCircleX size={24} aria-hidden />}
        <strong>
          {explanation.key} {verdict}
        </strong>
      </p>
      <p className="muted">
        {[
          explanation.since ? t.why.since(moment(explanation.since, zone)) : '',
          explanation.until ? t.why.until(moment(explanation.until, zone)) : '',
        ]
          .filter(Boolean)
          .join(', ')}
      </p>
      {explanation.override && (
        <p className="b-problem b-warning">
          {t.why.override(explanation.override.rule, explanation.override.by)}
        </p>
      )}
      {explanation.condition && (
        <ul className="why">
          <Condition explained={explanation.condition} zone={zone} />
        </ul>
      )}
    </>
  );
}

function Condition({ explained, zone }: { explained: Explained; zone: string }) {
  const times = [
    explained.since ? t.why.since(moment(explained.since, zone)) : '',
    explained.until ? t.why.until(moment(explained.until, zone)) : '',
  ].filter(Boolean);
  return (
    <li>
      <div className="why-row">
        {explained.holds ? (
          <IconCircleCheck size={19} className="why-yes" aria-label={t.why.holds} />
        ) : (
          <IconCircleX size={19} className="why-no" aria-label={t.why.fails} />
        )}
        <div className="why-text">
          {explained.english}
          {explained.evidence && <Found evidence={explained.evidence} zone={zone} />}
          {times.length > 0 && <p className="why-evidence">{times.join(', ')}</p>}
        </div>
      </div>
      {explained.inside.length > 0 && (
        <ul className="why">
          {explained.inside.map((one, i) => (
            <Condition key={i} explained={one} zone={zone} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Found({ evidence, zone }: { evidence: Evidence; zone: string }) {
  const [line, events] = tell(evidence, zone);
  return (
    <>
      {line && <p className="why-evidence number">{line}</p>}
      {events.length > 0 && (
        <ul className="why-events">
          {events.slice(0, 5).map((one) => (
            <li key={`${one.type} ${one.id}`}>
              {readable(one.type)} · {moment(one.at, zone)}
              {Object.entries(one.attributes).map(
                ([name, value]) => ` · ${readable(name)} ${plainText(value, zone)}`,
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The evidence as a line, and the interactions that it rests on. */
function tell(evidence: Evidence, zone: string): [string, Happened[]] {
  const text = (value: unknown) => plainText(value, zone);
  switch (evidence.kind) {
    case 'value': {
      const value = text(evidence.value) || t.why.values.missing;
      return [t.why.values.value(evidence.attribute, value), []];
    }
    case 'interactions':
      return [
        evidence.count === 0
          ? t.why.none
          : `${t.why.found(t.number(evidence.count))}${evidence.measure === 'count' ? '' : `, ${evidence.measure}: ${text(evidence.value)}`}`,
        evidence.interactions,
      ];
    case 'occurrence':
      return [evidence.interaction ? '' : t.why.none, evidence.interaction ? [evidence.interaction] : []];
    case 'sequence':
      return [`${evidence.met.length} / ${evidence.steps}`, evidence.met];
    case 'records':
      return [`${t.why.found(t.number(evidence.count))} ${evidence.keys.slice(0, 8).join(', ')}`, []];
    case 'membership':
      return [evidence.inside ? t.why.inside(evidence.name) : t.why.outside(evidence.name), []];
    case 'crossings':
      return [evidence.crossings.map((one) => moment(one.at, zone)).join(', ') || t.why.none, []];
    case 'consent':
      return [`${evidence.topic}: ${evidence.state}`, []];
    case 'held':
      return [evidence.since ? t.why.since(moment(evidence.since, zone)) : t.why.none, []];
    case 'rank':
      return [
        evidence.place === null
          ? t.why.unranked
          : `${text(evidence.value)}: ${t.why.place(t.number(evidence.place), t.number(evidence.candidates), t.number(evidence.included))}`,
        [],
      ];
    case 'sample':
      return [`${t.number(evidence.bucket)} (${t.number(evidence.low)} – ${t.number(evidence.high)})`, []];
    default:
      return ['', []];
  }
}

import { t } from '../texts';
import { AttributeFields } from './attribute';
import { DidFields, OccurrenceFields } from './behaviour';
import { useBuilder } from './context';
import { Pick } from './fields';
import { ConsentFields, CrossedFields, ListFields, SegmentFields } from './membership';
import {
  bare,
  type Compare,
  type Condition,
  type Consent,
  type Crossed,
  type Did,
  type Held,
  type InList,
  type InSegment,
  kindOf,
  type Occurrence,
  type Related,
  type Sample,
  type Sequence,
  type Top,
} from './model';
import { Flow, type Part } from './parts';
import { SampleFields, TopFields } from './ranking';
import { HeldFields, RelatedFields } from './related';
import { SequenceFields } from './sequence';

/** The controls of one condition that is no group; `path` is of the condition with its `not`. */
export function ConditionFields({ value, path, subject }: Part<Condition>) {
  const { set } = useBuilder();
  const { negated, inner } = bare(value);
  const depth = negatedDepth(value);
  const inside = [...path, ...Array.from({ length: depth }, () => 'not')];
  const kind = kindOf(value);
  const verbs = t.builder.verbs[kind];
  const verb =
    verbs && (kind !== 'attribute' || negated) ? (
      <Pick
        label={t.builder.verb}
        value={negated ? 'not' : 'so'}
        strong
        options={[
          { value: 'so', label: verbs[0] || t.builder.ops.is || 'is' },
          { value: 'not', label: verbs[1] },
        ]}
        onChange={(next) => set(path, next === 'not' ? { not: inner } : inner)}
      />
    ) : null;
  const part = { path: inside, subject };
  switch (kind) {
    case 'attribute':
      return (
        <Flow>
          {verb}
          <AttributeFields {...part} value={inner as Compare} />
        </Flow>
      );
    case 'did':
      return <DidFields {...part} value={inner as Did} verb={verb} />;
    case 'related':
      return <RelatedFields {...part} value={inner as Related} verb={verb} />;
    case 'occurrence':
      return <OccurrenceFields {...part} value={inner as Occurrence} verb={verb} />;
    case 'sequence':
      return <SequenceFields {...part} value={inner as Sequence} verb={verb} />;
    case 'held':
      return <HeldFields {...part} value={inner as Held} negated={negated} outer={path} />;
    case 'segment':
      return <SegmentFields {...part} value={inner as InSegment} verb={verb} />;
    case 'list':
      return <ListFields {...part} value={inner as InList} verb={verb} />;
    case 'crossed':
      return <CrossedFields {...part} value={inner as Crossed} verb={verb} />;
    case 'consent':
      return <ConsentFields {...part} value={inner as Consent} verb={verb} />;
    case 'top':
      return <TopFields {...part} value={inner as Top} verb={verb} />;
    case 'sample':
      return <SampleFields {...part} value={inner as Sample} verb={verb} />;
    case 'group':
      return null;
  }
}

function negatedDepth(condition: Condition): number {
  let depth = 0;
  for (let node = condition; 'not' in node; node = node.not) depth += 1;
  return depth;
}

// A compound definition: live segments as tiles, joined by union, intersect and except, and how they flow together.
import type { Names, Problem } from '../builder/context';
import { getAt, parsePath } from '../builder/edit';
import type { Condition } from '../builder/model';
import { useUndoable } from '../builder/undo';
import { t } from '../texts';
import './compound.css';
import { chainOf, conditionOf, segmentsIn } from './chain';
import { Flow } from './Flow';
import { Chain, ChainProvider } from './Tiles';

export type CompoundProps = {
  value: Condition;
  onChange: (value: Condition) => void;
  names: Names;
  audience: string;
  disabled: boolean;
  problems: Problem[];
};

export function Compound(props: CompoundProps) {
  const { value, disabled, audience } = props;
  const { shown, take, onKey, tools } = useUndoable({
    value,
    onChange: props.onChange,
    show: chainOf,
    store: conditionOf,
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: undo works wherever the focus is inside
    <div className="b-builder" data-locked={disabled || undefined} onKeyDown={onKey}>
      {!disabled && tools}
      <ChainProvider
        value={{
          root: shown,
          change: take,
          segments: props.names.segments,
          disabled,
          audience,
          bad: badNames(value, props.problems),
        }}
      >
        <Chain links={shown} path={[]} label={t.sets.title} />
      </ChainProvider>
      {shown.length > 1 && <Flow chain={shown} audience={audience} />}
    </div>
  );
}

/** Segments at which a problem lies, with its message. */
function badNames(value: Condition, problems: Problem[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const problem of problems) {
    const steps = parsePath(problem.path);
    const place = steps[0] === 'where' ? steps.slice(1) : steps;
    const at = getAt(value, place.at(-1) === 'segment' ? place.slice(0, -1) : place);
    if (problem.severity === 'error' && at && typeof at === 'object')
      for (const name of segmentsIn(at as Condition)) found.set(name, problem.message);
  }
  return found;
}

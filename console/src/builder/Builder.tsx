// The definition builder: a pure component over the JSON form. It holds nothing but what can be undone.
import { useMemo, useRef } from 'react';
import { t } from '../texts';
import './builder.css';
import type { Catalog } from './catalog';
import {
  type BuilderContext,
  BuilderProvider,
  type Names,
  type Narrowing,
  type Problem,
  type ValueSource,
} from './context';
import { type Path, parsePath, setAt } from './edit';
import { Group } from './group';
import type { Condition, Subject } from './model';
import { compact, expand } from './shape';
import { useUndoable } from './undo';

export type BuilderProps = {
  /** The condition as stored. A value that is not the last one given to `onChange` replaces what is shown. */
  value: Condition;
  onChange: (value: Condition) => void;
  catalog: Catalog;
  audience: string;
  names: Names;
  values: ValueSource;
  disabled?: boolean;
  problems?: Problem[];
  /** How the conditions of the outermost group narrow, in their order. */
  narrowings?: Narrowing[];
};

const NO_PROBLEMS: Problem[] = [];

export function Builder(props: BuilderProps) {
  const {
    shown: root,
    take,
    onKey,
    tools,
  } = useUndoable({
    value: props.value,
    onChange: props.onChange,
    show: expand,
    store: (shown: Condition) => compact(shown).condition,
  });
  const focus = useRef<string | null>(null);
  const { stored } = useMemo(() => compact(root), [root]);
  const byPlace = useMemo(() => assign(props.problems ?? NO_PROBLEMS, stored), [props.problems, stored]);

  const set = (path: Path, value: unknown, typing = false) =>
    take(setAt(root, path, value), typing ? path.join('/') : '');
  const context: BuilderContext = {
    catalog: props.catalog,
    names: props.names,
    values: props.values,
    root,
    disabled: props.disabled ?? false,
    problemsAt: (path) => byPlace.get(path.join('/')) ?? NO_PROBLEMS,
    narrowingAt: (path) =>
      path.length === 2 && path[0] === 'all' ? props.narrowings?.[path[1] as number] : undefined,
    set,
    change: (edit) => {
      const next = edit(root);
      if (next !== null) take(next);
    },
    focus,
  };

  const subject: Subject = { of: 'member', entity: props.audience };
  return (
    <BuilderProvider value={context}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: undo works wherever the focus is inside */}
      <div className="b-builder" data-locked={props.disabled || undefined} onKeyDown={onKey}>
        {!props.disabled && tools}
        <Group value={root} path={[]} subject={subject} title={t.builder.conditions} isRoot />
      </div>
    </BuilderProvider>
  );
}

/** Each problem to the innermost condition, as shown, in which its place lies. */
function assign(problems: Problem[], stored: Map<string, string>): Map<string, Problem[]> {
  const places = [...stored]
    .map(([shown, kept]) => ({ shown, kept }))
    .sort((a, b) => b.kept.length - a.kept.length || b.shown.length - a.shown.length);
  const found = new Map<string, Problem[]>();
  for (const problem of problems) {
    const steps = parsePath(problem.path);
    const place = (steps[0] === 'where' ? steps.slice(1) : steps).join('/');
    const hit = places.find(({ kept }) => kept === '' || place === kept || place.startsWith(`${kept}/`));
    if (hit) found.set(hit.shown, [...(found.get(hit.shown) ?? []), problem]);
  }
  return found;
}

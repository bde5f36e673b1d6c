// The definition builder: a pure component over the JSON form. It holds nothing but what can be undone.
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
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
import { begin, record, redo, undo } from './history';
import type { Condition, Subject } from './model';
import { compact, expand } from './shape';

export type BuilderProps = {
  /** The condition as stored. A value that is not the last one given to `onChange` replaces what is shown. */
  value: Condition;
  onChange: (value: Condition) => void;
  catalog: Catalog;
  audience: string;
  names: Names;
  values: ValueSource;
  compound?: boolean;
  disabled?: boolean;
  problems?: Problem[];
  /** How the conditions of the outermost group narrow, in their order. */
  narrowings?: Narrowing[];
};

const NO_PROBLEMS: Problem[] = [];

export function Builder(props: BuilderProps) {
  const [history, setHistory] = useState(() => begin(expand(props.value)));
  const given = useRef<Condition>(props.value);
  const focus = useRef<string | null>(null);

  // What comes from outside (the text, an older version) replaces the tree, and can be undone too.
  if (props.value !== given.current) {
    given.current = props.value;
    setHistory(record(history, expand(props.value), '', Date.now()));
  }

  const root = history.present;
  const { stored } = useMemo(() => compact(root), [root]);
  const byPlace = useMemo(() => assign(props.problems ?? NO_PROBLEMS, stored), [props.problems, stored]);

  const take = (next: typeof history) => {
    if (next === history) return;
    setHistory(next);
    const { condition } = compact(next.present);
    given.current = condition;
    props.onChange(condition);
  };

  const set = (path: Path, value: unknown, typing = false) =>
    take(record(history, setAt(root, path, value), typing ? path.join('/') : '', Date.now()));
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
      if (next !== null) take(record(history, next, '', Date.now()));
    },
    focus,
  };

  const onKey = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
    event.preventDefault();
    take(event.shiftKey ? redo(history) : undo(history));
  };

  const subject: Subject = { of: props.compound ? 'compound' : 'member', entity: props.audience };
  return (
    <BuilderProvider value={context}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: undo works wherever the focus is inside */}
      <div className="b-builder" data-locked={props.disabled || undefined} onKeyDown={onKey}>
        {!props.disabled && (
          <div className="b-tools">
            <Tooltip label={`${t.builder.undo} (Ctrl Z)`}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t.builder.undo}
                disabled={history.past.length === 0}
                onClick={() => take(undo(history))}
              >
                <IconArrowBackUp size={18} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={`${t.builder.redo} (Ctrl Shift Z)`}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t.builder.redo}
                disabled={history.future.length === 0}
                onClick={() => take(redo(history))}
              >
                <IconArrowForwardUp size={18} />
              </ActionIcon>
            </Tooltip>
          </div>
        )}
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

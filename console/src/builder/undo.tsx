// Undo and redo of something that is edited in another form than it is stored in.
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { t } from '../texts';
import { begin, record, redo, undo } from './history';

export type Undoable<Shown> = {
  shown: Shown;
  /** Take an edit; quick edits of one place, if it is named, are one step. */
  take: (next: Shown, place?: string) => void;
  onKey: (event: KeyboardEvent) => void;
  tools: ReactNode;
};

export function useUndoable<Stored, Shown>(props: {
  /** A value that is not the last one given to `onChange` replaces what is shown. */
  value: Stored;
  onChange: (value: Stored) => void;
  show: (value: Stored) => Shown;
  store: (shown: Shown) => Stored;
}): Undoable<Shown> {
  const [history, setHistory] = useState(() => begin(props.show(props.value)));
  const given = useRef(props.value);
  // What comes from outside (the text, an older version) can be undone too.
  if (props.value !== given.current) {
    given.current = props.value;
    setHistory(record(history, props.show(props.value), '', Date.now()));
  }
  const become = (next: typeof history) => {
    if (next === history) return;
    setHistory(next);
    given.current = props.store(next.present);
    props.onChange(given.current);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
    event.preventDefault();
    become(event.shiftKey ? redo(history) : undo(history));
  };
  const tools = (
    <div className="b-tools">
      <Tooltip label={`${t.builder.undo} (Ctrl Z)`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t.builder.undo}
          disabled={history.past.length === 0}
          onClick={() => become(undo(history))}
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
          onClick={() => become(redo(history))}
        >
          <IconArrowForwardUp size={18} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
  return {
    shown: history.present,
    take: (next, place = '') => become(record(history, next, place, Date.now())),
    onKey,
    tools,
  };
}

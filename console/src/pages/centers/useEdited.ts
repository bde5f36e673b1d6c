// The content of a center while it is edited: undone and done again, saved when asked to.
import { useCallback, useState } from 'react';
import { type Center, type CenterContent, changeCenter } from '../../api/marketing';
import { begin, type History, record, redo, undo } from '../../builder/history';

export type Edited = {
  content: CenterContent;
  dirty: boolean;
  /** Edits of one place shortly after each other are one step. */
  change: (place: string, part: Partial<CenterContent>) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
  save: () => Promise<void>;
};

const same = (one: CenterContent, other: CenterContent) => JSON.stringify(one) === JSON.stringify(other);

export function useEdited(center: Center): Edited {
  const [history, setHistory] = useState<History<CenterContent> | null>(null);
  const content = history?.present ?? center.draft;
  const stored = center.draft;
  const change = useCallback(
    (place: string, part: Partial<CenterContent>) =>
      setHistory((before) => {
        const held = before ?? begin(stored);
        return record(held, { ...held.present, ...part }, place, Date.now());
      }),
    [stored],
  );
  const dirty = history !== null && !same(content, stored);
  return {
    content,
    dirty,
    change,
    undo: history?.past.length ? () => setHistory(undo(history)) : null,
    redo: history?.future.length ? () => setHistory(redo(history)) : null,
    save: async () => {
      if (dirty) await changeCenter(center.id, content);
    },
  };
}

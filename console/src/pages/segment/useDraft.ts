// The definition while it is edited: tree and text in step, exact size at once, saved when asked to.
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { refreshSegments, saveDraft } from '../../api/actions';
import { preview } from '../../api/queries';
import type { Preview, SegmentDetail } from '../../api/types';
import type { Condition } from '../../builder/model';

const PAUSE_MS = 70;

type Edited = { from: 'builder' | 'text'; condition: Condition; text: string };

export type Draft = {
  condition: Condition;
  text: string;
  dirty: boolean;
  editable: boolean;
  preview: Preview | undefined;
  /** Whether the figures are of an older state of the definition. */
  stale: boolean;
  error: unknown;
  setCondition: (condition: Condition) => void;
  setText: (text: string) => void;
  save: () => Promise<void>;
  revert: () => void;
};

const EVERYONE: Condition = { all: [] };

export function useDraft(detail: SegmentDetail, editable: boolean): Draft {
  const stored = useMemo<Edited>(() => {
    const shown = editable ? (detail.draft ?? detail.definition) : (detail.definition ?? detail.draft);
    return { from: 'builder', condition: shown?.condition ?? EVERYONE, text: shown?.text ?? '' };
  }, [detail.definition, detail.draft, editable]);
  const [edited, setEdited] = useState<Edited | null>(null);
  const current = edited ?? stored;
  const body = useMemo(
    () => ({
      kind: detail.kind,
      audience: detail.audience,
      timezone: detail.timezone,
      segment: detail.id,
      ...(current.from === 'text' ? { text: current.text } : { where: current.condition }),
    }),
    [current.from, current.text, current.condition, detail.kind, detail.audience, detail.timezone, detail.id],
  );
  // Text that follows from the tree is no edit of its own.
  const asked = useMemo(
    () =>
      JSON.stringify(current.from === 'text' ? { ...body, where: undefined } : { ...body, text: undefined }),
    [body, current.from],
  );
  const [settled] = useDebouncedValue(asked, PAUSE_MS);
  const query = useQuery({
    queryKey: ['preview', settled],
    queryFn: ({ signal }) => preview(JSON.parse(settled), signal),
    enabled: detail.kind !== 'static',
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    meta: { live: true },
  });
  const fresh = settled === asked && !query.isPlaceholderData && !!query.data;

  // What was answered brings the other view in step.
  const answered = useRef<Preview | undefined>(undefined);
  useEffect(() => {
    const answer = query.data;
    if (!fresh || !answer || answered.current === answer || !edited) return;
    answered.current = answer;
    if (edited.from === 'text') {
      if (answer.condition) setEdited({ ...edited, condition: answer.condition });
    } else if (answer.text !== null && answer.text !== edited.text) {
      setEdited({ ...edited, text: answer.text });
    }
  }, [fresh, query.data, edited]);

  const setCondition = useCallback(
    (condition: Condition) =>
      setEdited((before) => ({ from: 'builder', condition, text: (before ?? stored).text })),
    [stored],
  );
  const setText = useCallback(
    (text: string) =>
      setEdited((before) => ({ from: 'text', text, condition: (before ?? stored).condition })),
    [stored],
  );
  const save = async () => {
    if (!edited) return;
    await saveDraft(detail.id, edited.from === 'text' ? { text: edited.text } : { where: edited.condition });
    await refreshSegments(detail.id);
    setEdited((now) => (now === edited || now?.condition === edited.condition ? null : now));
  };
  return {
    condition: current.condition,
    text: current.from === 'text' || edited ? current.text : (query.data?.text ?? current.text),
    dirty: edited !== null,
    editable,
    preview: query.data,
    stale: !fresh,
    error: query.error,
    setCondition,
    setText,
    save,
    revert: () => setEdited(null),
  };
}

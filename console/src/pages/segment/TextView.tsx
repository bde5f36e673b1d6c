// The definition as text, with what could stand at the caret.
import { Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useRef, useState } from 'react';
import { complete } from '../../api/queries';
import { t } from '../../texts';
import type { Draft } from './useDraft';

export function TextView({ draft, audience }: { draft: Draft; audience: string }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState<number | null>(null);
  const [index, setIndex] = useState(0);
  const [asked] = useDebouncedValue(caret === null ? null : `${caret}|${draft.text}`, 80);
  const { data } = useQuery({
    queryKey: ['complete', audience, asked],
    queryFn: ({ signal }) => {
      const [offset = '0', ...rest] = (asked ?? '').split('|');
      return complete(rest.join('|'), Number(offset), audience, signal);
    },
    enabled: asked !== null && draft.editable,
    staleTime: 30_000,
  });
  const candidates = caret === null ? [] : (data ?? []).slice(0, 8);

  const take = (at: number) => {
    const chosen = candidates[at];
    if (!chosen || !area.current) return;
    const text = draft.text.slice(0, chosen.start) + chosen.text + draft.text.slice(chosen.end);
    const place = chosen.start + chosen.text.length;
    draft.setText(text);
    setCaret(null);
    requestAnimationFrame(() => area.current?.setSelectionRange(place, place));
  };
  const onKey = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      setCaret(event.currentTarget.selectionStart);
      setIndex(0);
    } else if (candidates.length > 0) {
      // Tab goes on to what comes next: whoever does not look at what is offered has not chosen it.
      if (event.key === 'Escape') setCaret(null);
      else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        const step = event.key === 'ArrowDown' ? 1 : candidates.length - 1;
        setIndex((index + step) % candidates.length);
      } else if (event.key === 'Enter') {
        event.preventDefault();
        take(index);
      }
    }
  };
  const problems = draft.preview?.problems ?? [];
  return (
    <div className="d-text">
      <Textarea
        ref={area}
        aria-label={t.definition.textLabel}
        description={draft.editable ? t.definition.textHelp : undefined}
        inputWrapperOrder={['input', 'description']}
        autosize
        minRows={6}
        spellCheck={false}
        readOnly={!draft.editable}
        classNames={{ input: 'code d-area' }}
        value={draft.text}
        onChange={(event) => {
          draft.setText(event.currentTarget.value);
          setCaret(event.currentTarget.selectionStart);
          setIndex(0);
        }}
        onKeyDown={onKey}
        onBlur={() => setCaret(null)}
      />
      {candidates.length > 0 && (
        <ul className="d-candidates" aria-label={t.definition.textHelp}>
          {candidates.map((one, i) => (
            <li key={`${one.kind} ${one.text}`}>
              <button
                type="button"
                data-on={i === index || undefined}
                onMouseDown={(event) => {
                  event.preventDefault();
                  take(i);
                }}
              >
                <span className="code">{one.label}</span>{' '}
                <span className="muted">{one.detail || one.kind}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {problems.map((problem, i) => (
        <p
          key={i}
          className={problem.severity === 'error' ? 'b-problem' : 'b-problem b-warning'}
          role="status"
        >
          {problem.line !== null && problem.column !== null && (
            <strong>{t.definition.problemAt(problem.line, problem.column)}: </strong>
          )}
          {problem.message} {problem.hint}
        </p>
      ))}
    </div>
  );
}

// What happened, newest first: any number of interactions, by kind.
import { Select } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { Happening } from '../../api/wire';
import { readable } from '../../builder/catalog';
import { Loading } from '../../components/states';
import { plainText } from '../../components/value';
import { moment } from '../../components/When';
import { t } from '../../texts';

export function Timeline(props: {
  types: string[];
  type: string | null;
  onType: (type: string | null) => void;
  rows: Happening[];
  loading: boolean;
  zone: string;
  onEnd: () => void;
}) {
  const { rows, zone, onEnd } = props;
  const box = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => 58,
    overscan: 10,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 10) onEnd();
  }, [last, rows.length, onEnd]);
  return (
    <>
      <Select
        label={t.contact.type}
        placeholder={t.contact.all}
        maw={300}
        mb="md"
        clearable
        clearButtonProps={{ 'aria-label': t.contact.all }}
        searchable
        data={props.types}
        value={props.type}
        onChange={props.onType}
      />
      {props.loading ? (
        <Loading />
      ) : rows.length === 0 ? (
        <p className="muted">{t.contact.nothing}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section className="card c-timeline" ref={box} tabIndex={0} aria-label={t.contact.timeline}>
          <ol style={{ height: virtualizer.getTotalSize() }}>
            {items.map((item) => {
              const row = rows[item.index] as Happening;
              return (
                <li key={`${row.type} ${row.id}`} style={{ transform: `translateY(${item.start}px)` }}>
                  <span className="c-dot" aria-hidden />
                  <span className="c-what">
                    <strong>{readable(row.type)}</strong>
                    <span className="muted">
                      {Object.entries(row.values)
                        .filter(([, value]) => value !== null && value !== '')
                        .map(([name, value]) => `${readable(name)} ${plainText(value, zone)}`)
                        .join(' · ')}
                    </span>
                  </span>
                  <time dateTime={row.at} className="muted number">
                    {moment(row.at, zone)}
                  </time>
                </li>
              );
            })}
          </ol>
        </section>
      )}
    </>
  );
}

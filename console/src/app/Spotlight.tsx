// Search over everything: pages, segments, contacts.
import { Modal, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useState } from 'react';
import { useContacts, useLists, useSegments } from '../api/queries';
import { t } from '../texts';

type Hit = { key: string; group: string; label: string; go: () => void };

const EACH = 6;
const PAGES = [
  ['home', '/'],
  ['segments', '/segments'],
  ['contacts', '/contacts'],
  ['lists', '/lists'],
  ['insights', '/insights'],
  ['data', '/data'],
  ['settings', '/settings'],
] as const;
/** Parts of the page of lists that people look for by their own name. */
const PARTS = ['centers', 'forms', 'outbox'] as const;

export default function Spotlight({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const [index, setIndex] = useState(0);
  const [asked] = useDebouncedValue(text.trim(), 120);
  const navigate = useNavigate();
  const { data: segments } = useSegments();
  const { data: lists } = useLists();
  const contacts = useContacts({ search: asked, columns: [] }, asked.length >= 2);
  const wanted = text.trim().toLocaleLowerCase();
  const fits = (name: string) => name.toLocaleLowerCase().includes(wanted);
  const hits: Hit[] = [
    ...PAGES.filter(([name]) => fits(t.shell.places[name])).map(([name, to]) => ({
      key: `page ${name}`,
      group: t.shell.goTo,
      label: t.shell.places[name],
      go: () => void navigate({ to }),
    })),
    ...PARTS.filter((part) => wanted && fits(t.lists.tabs[part])).map((part) => ({
      key: `part ${part}`,
      group: t.shell.goTo,
      label: t.lists.tabs[part],
      go: () => void navigate({ to: '/lists', search: { tab: part } }),
    })),
    ...(segments ?? [])
      .filter((one) => wanted && fits(one.name))
      .slice(0, EACH)
      .map((one) => ({
        key: `segment ${one.id}`,
        group: t.shell.places.segments,
        label: one.name,
        go: () => void navigate({ to: '/segments/$id', params: { id: one.id } }),
      })),
    ...(lists ?? [])
      .filter((one) => wanted && fits(one.name))
      .slice(0, EACH)
      .map((one) => ({
        key: `list ${one.id}`,
        group: t.shell.places.lists,
        label: one.name,
        go: () => void navigate({ to: '/lists/$id', params: { id: String(one.id) } }),
      })),
    ...(asked.length >= 2 ? (contacts.data?.pages[0]?.rows ?? []) : []).slice(0, EACH).map((one) => ({
      key: `contact ${one.key}`,
      group: t.shell.places.contacts,
      label: one.key,
      go: () => void navigate({ to: '/contacts/$key', params: { key: one.key } }),
    })),
  ];
  const current = Math.min(index, hits.length - 1);
  const choose = (hit: Hit | undefined) => {
    if (!hit) return;
    onClose();
    hit.go();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : hits.length - 1;
      setIndex(hits.length ? (current + step) % hits.length : 0);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(hits[current]);
    }
  };
  return (
    <Modal opened onClose={onClose} title={t.shell.search} size="lg" centered={false}>
      <TextInput
        data-autofocus
        size="md"
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls="spotlight"
        aria-activedescendant={hits[current] ? `spotlight-${current}` : undefined}
        aria-label={t.shell.searchAll}
        placeholder={t.shell.searchHint}
        leftSection={<IconSearch size={18} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setIndex(0);
        }}
        onKeyDown={onKey}
      />
      {hits.length === 0 ? (
        <p className="muted">{t.shell.searchNothing}</p>
      ) : (
        <div id="spotlight" role="listbox" aria-label={t.shell.search} className="spotlight">
          {hits.map((hit, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the field above holds the focus and takes the keys
            <div
              key={hit.key}
              id={`spotlight-${i}`}
              role="option"
              aria-selected={i === current}
              onClick={() => choose(hit)}
              onMouseEnter={() => setIndex(i)}
            >
              {hit.label}
              <span className="muted small">{hit.group}</span>
            </div>
          ))}
        </div>
      )}
    </Modal>
  );
}

// What uses this segment and what it uses: kinds of record to choose from, each in a tab of its own.
import { Select, Tabs } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useRelated } from '../../api/queries';
import type { Named, SegmentDetail } from '../../api/types';
import { Failed, Loading } from '../../components/states';
import { t } from '../../texts';

type Shelf = { key: string; title: string; items: Named[] };

export default function Related({ detail }: { detail: SegmentDetail }) {
  const { data, error, refetch } = useRelated(detail.id);
  const [opened, setOpened] = useState<string[]>([]);
  const [tab, setTab] = useState<string | null>(null);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const shelves = [
    ...shelve('used-by', t.related.usedBy, data.usedBy),
    ...shelve('uses', t.related.uses, data.uses),
  ];
  if (shelves.length === 0) return <p className="muted">{t.related.nothing}</p>;
  const shown = shelves.filter((one) => opened.includes(one.key));
  const tabs = shown.length > 0 ? shown : shelves.slice(0, 2);
  const current = tabs.find((one) => one.key === tab)?.key ?? tabs[0]?.key ?? null;
  return (
    <>
      <Select
        label={t.related.show}
        placeholder={t.related.choose}
        maw={320}
        mb="md"
        value={null}
        data={shelves.map((one) => ({ value: one.key, label: `${one.title} (${one.items.length})` }))}
        onChange={(key) => {
          if (!key) return;
          setOpened([...new Set([...tabs.map((one) => one.key), key])]);
          setTab(key);
        }}
      />
      <Tabs value={current} onChange={setTab} variant="outline">
        <Tabs.List>
          {tabs.map((one) => (
            <Tabs.Tab key={one.key} value={one.key}>
              {one.title} <span className="muted number">{one.items.length}</span>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map((one) => (
          <Tabs.Panel key={one.key} value={one.key} pt="md">
            <ul className="plain-list card">
              {one.items.map((item) => (
                <li key={item.name}>
                  <NamedLink item={item} />
                </li>
              ))}
            </ul>
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}

function shelve(direction: string, title: string, items: Named[]): Shelf[] {
  const kinds = [...new Set(items.map((one) => one.kind))];
  return kinds.map((kind) => ({
    key: `${direction}-${kind}`,
    title: `${title}: ${t.related.kinds[kind] ?? kind}`,
    items: items.filter((one) => one.kind === kind),
  }));
}

function NamedLink({ item }: { item: Named }) {
  if (item.kind === 'segment' && item.id)
    return (
      <Link to="/segments/$id" params={{ id: item.id }}>
        {item.name}
      </Link>
    );
  if (item.kind === 'list' && item.id)
    return (
      <Link to="/lists/$id" params={{ id: item.id }}>
        {item.name}
      </Link>
    );
  return (
    <Link to="/data" search={{ tab: 'catalog' }} className="plain code">
      {item.name}
    </Link>
  );
}

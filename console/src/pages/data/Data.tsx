// What the workspace knows of, and how it gets in: catalog, map, import, quarantine.
import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useMay } from '../../api/session';
import { Page } from '../../components/Page';
import { Loading } from '../../components/states';
import { t } from '../../texts';
import './data.css';

const Catalog = lazy(() => import('./Catalog'));
const CatalogMap = lazy(() => import('./CatalogMap'));
const Import = lazy(() => import('./Import'));
const Quarantine = lazy(() => import('./Quarantine'));

const TABS = ['catalog', 'map', 'import', 'quarantine'] as const;

export default function Data() {
  const search = useSearch({ from: '/inside/data' });
  const navigate = useNavigate({ from: '/data' });
  const may = {
    catalog: true,
    map: true,
    import: useMay('start_import'),
    quarantine: useMay('list_quarantine'),
  };
  const shown = TABS.filter((one) => may[one]);
  const tab = shown.find((one) => one === search.tab) ?? 'catalog';
  return (
    <Page title={t.data.title} about={t.data.about} wide={tab === 'map'}>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => void navigate({ search: { tab: next ?? undefined }, replace: true })}
      >
        <Tabs.List mb="lg" className="s-tabs">
          {shown.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t.data.tabs[one]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} tabIndex={-1}>
          <Suspense fallback={<Loading />}>
            {tab === 'catalog' && <Catalog />}
            {tab === 'map' && <CatalogMap />}
            {tab === 'import' && <Import />}
            {tab === 'quarantine' && <Quarantine />}
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

// What every list of records has: pages that come as one scrolls, columns of choice, and the key first.
import { useLocalStorage } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { type RowPage, useCatalog } from '../api/queries';
import type { RecordRow } from '../api/types';
import { entityNamed } from '../builder/catalog';
import { t } from '../texts';
import type { Column } from './Table';
import { shown } from './value';

/** Attributes of an entity that can be columns, and those that are. The choice is kept in this browser. */
export function useColumns(entity: string) {
  const { data: catalog } = useCatalog();
  const offered = useMemo(
    () => (catalog ? (entityNamed(catalog, entity)?.attributes.map((one) => one.name) ?? []) : []),
    [catalog, entity],
  );
  const [chosen, setChosen] = useLocalStorage<string[] | null>({
    key: `satsuma-columns-${entity}`,
    defaultValue: null,
  });
  const columns = useMemo(
    () => (chosen ?? offered.slice(0, FIRST)).filter((name) => offered.includes(name)),
    [chosen, offered],
  );
  const timezone = catalog?.timezone;
  const ofTable = useMemo(
    (): Column<RecordRow>[] => [
      {
        key: 'key',
        title: t.members.key,
        width: 'minmax(120px, 1fr)',
        cell: (row) => (
          <Link to="/contacts/$key" params={{ key: row.key }} className="plain strong">
            {row.key}
          </Link>
        ),
      },
      ...columns.map((name) => ({
        key: name,
        title: name,
        width: /mail/i.test(name) ? 'minmax(200px, 1.5fr)' : 'minmax(130px, 1fr)',
        cell: (row: RecordRow) => shown(row.attributes[name], timezone),
      })),
    ],
    [columns, timezone],
  );
  return { offered, columns, setChosen, ofTable, isKnown: !!catalog };
}

const FIRST = 5;

type Paged = {
  data: { pages: RowPage[] } | undefined;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
};

/** The rows that are here, how many there are in all, and what brings more. */
export function useRows({ data, hasNextPage, isFetchingNextPage, fetchNextPage }: Paged) {
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  return { rows, total: data?.pages[0]?.total ?? null, onEnd };
}

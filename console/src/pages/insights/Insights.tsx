// Segments side by side: how they grow, and who is in several of them.
import { MultiSelect, Stack } from '@mantine/core';
import { IconChartLine } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { get } from '../../api/client';
import { useOverlap, useSegments } from '../../api/queries';
import type { Growth } from '../../api/wire';
import { GrowthChart } from '../../components/charts';
import { Page } from '../../components/Page';
import { Empty, Failed, Loading } from '../../components/states';
import { t } from '../../texts';
import { UpSet } from './UpSet';

const CHOSEN_MAX = 6;

export default function Insights() {
  const { data: segments, error, refetch } = useSegments();
  const live = (segments ?? []).filter((one) => one.size !== null);
  const [chosen, setChosen] = useState<string[] | null>(null);
  const first = [...live]
    .sort((a, b) => Math.abs(b.change ?? 0) - Math.abs(a.change ?? 0) || (b.size ?? 0) - (a.size ?? 0))
    .slice(0, 4)
    .map((one) => one.id);
  const shown = (chosen ?? first).filter((id) => live.some((one) => one.id === id));
  const growth = useQueries({
    queries: shown.map((id) => ({
      queryKey: ['growth', id],
      meta: { live: true },
      queryFn: async ({ signal }: { signal: AbortSignal }) =>
        (await get<{ items: Growth[] }>('/insights/growth', { segment: id }, signal)).items,
    })),
  });
  const overlap = useOverlap(shown);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!segments) return <Loading />;
  const series = shown.map((id, i) => ({
    name: live.find((one) => one.id === id)?.name ?? id,
    points: (growth[i]?.data ?? []).map((one) => ({ at: one.at, size: one.size })),
  }));
  return (
    <Page title={t.insights.title} about={t.insights.about}>
      {live.length === 0 ? (
        <Empty icon={<IconChartLine size={28} />} title={t.insights.none}>
          {t.insights.noneHelp}
        </Empty>
      ) : (
        <Stack gap="lg">
          <MultiSelect
            label={t.insights.choose}
            description={t.insights.chooseHelp}
            maxValues={CHOSEN_MAX}
            searchable
            value={shown}
            data={live.map((one) => ({ value: one.id, label: one.name }))}
            onChange={setChosen}
          />
          <section className="card chart-box">
            <h2>{t.insights.growth}</h2>
            {growth.some((one) => one.isPending) ? <Loading rows={4} /> : <GrowthChart series={series} />}
          </section>
          <section className="card chart-box">
            <h2>{t.insights.overlapTitle}</h2>
            {overlap.error ? (
              <Failed error={overlap.error} />
            ) : overlap.data ? (
              <UpSet overlap={overlap.data} />
            ) : (
              <p className="muted">{t.insights.chooseTwo}</p>
            )}
          </section>
        </Stack>
      )}
    </Page>
  );
}

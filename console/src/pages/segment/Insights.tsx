// How a segment grows, who it shares its members with, and what sets them apart.
import { Select, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useBreakdown, useCatalog, useGrowth, useOverlap, useSegments } from '../../api/queries';
import type { SegmentDetail } from '../../api/types';
import { attributesFor } from '../../builder/catalog';
import { attributeOptions } from '../../builder/parts';
import { FlowChart, GrowthChart } from '../../components/charts';
import { Failed, Loading } from '../../components/states';
import { plainText } from '../../components/value';
import { t } from '../../texts';

export default function Insights({ detail }: { detail: SegmentDetail }) {
  if (detail.size === null) return <p className="muted">{t.insights.noData}</p>;
  return (
    <Stack gap="lg">
      <Growth detail={detail} />
      <div className="two even">
        <Overlap detail={detail} />
        <Breakdown detail={detail} />
      </div>
    </Stack>
  );
}

function Growth({ detail }: { detail: SegmentDetail }) {
  const { data, error, refetch } = useGrowth(detail.id);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Loading rows={3} />;
  const series = [{ name: detail.name, points: data.map((one) => ({ at: one.at, size: one.size })) }];
  return (
    <div className="two even">
      <section className="card chart-box">
        <h2>{t.insights.growth}</h2>
        <GrowthChart series={series} />
      </section>
      <section className="card chart-box">
        <h2>{t.insights.flow}</h2>
        <FlowChart points={data} />
      </section>
    </div>
  );
}

/** With each of the larger live segments of the same audience: how many are in both. */
function Overlap({ detail }: { detail: SegmentDetail }) {
  const { data: segments } = useSegments();
  const others = useMemo(
    () =>
      (segments ?? [])
        .filter((one) => one.id !== detail.id && one.size && one.audience === detail.audience)
        .sort((a, b) => (b.size ?? 0) - (a.size ?? 0))
        .slice(0, 7),
    [segments, detail.id, detail.audience],
  );
  const { data, error } = useOverlap(others.length ? [detail.id, ...others.map((one) => one.id)] : []);
  const both = (id: string) =>
    (data?.intersections ?? [])
      .filter((one) => one.ids.includes(Number(id)) && one.ids.includes(Number(detail.id)))
      .reduce((sum, one) => sum + one.count, 0);
  return (
    <section className="card chart-box">
      <h2>{t.insights.overlap}</h2>
      {error ? (
        <Failed error={error} />
      ) : others.length === 0 ? (
        <p className="muted">{t.insights.noData}</p>
      ) : !data ? (
        <Loading rows={4} />
      ) : (
        <table className="bars">
          <thead>
            <tr>
              <th scope="col">{t.segments.columns.name}</th>
              <th scope="col" className="end">
                {t.insights.overlapBoth}
              </th>
              <th scope="col">{t.insights.overlapShare('%')}</th>
            </tr>
          </thead>
          <tbody>
            {others.map((one) => {
              const shared = both(one.id);
              const share = detail.size ? shared / detail.size : 0;
              return (
                <tr key={one.id}>
                  <th scope="row">
                    <Link to="/segments/$id" params={{ id: one.id }} className="plain">
                      {one.name}
                    </Link>
                  </th>
                  <td className="end number">{t.number(shared)}</td>
                  <td>
                    <Meter share={share} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Meter({ share, other }: { share: number; other?: boolean }) {
  return (
    <span className="meter-row">
      <span className={other ? 'meter other' : 'meter'} aria-hidden>
        <span style={{ width: `${Math.min(share, 1) * 100}%` }} />
      </span>
      <span className="number">{t.percent(share)}</span>
    </span>
  );
}

function Breakdown({ detail }: { detail: SegmentDetail }) {
  const { data: catalog } = useCatalog();
  const attributes = useMemo(
    () =>
      catalog
        ? attributesFor(catalog, { of: 'member', entity: detail.audience }).filter(
            (one) => !['location', 'reference'].includes(one.type),
          )
        : [],
    [catalog, detail.audience],
  );
  const preferred = attributes.find((one) => one.type === 'choice') ?? attributes[0];
  const [chosen, setChosen] = useState<string | null>(null);
  const path = chosen ?? preferred?.path ?? null;
  const { data, error } = useBreakdown(detail.id, path);
  return (
    <section className="card chart-box">
      <h2>{t.insights.breakdown}</h2>
      <Select
        aria-label={t.insights.attribute}
        searchable
        mb="sm"
        value={path}
        data={attributeOptions(attributes)}
        onChange={setChosen}
      />
      {error ? (
        <Failed error={error} />
      ) : !data ? (
        <Loading rows={4} />
      ) : (
        <table className="bars">
          <thead>
            <tr>
              <th scope="col">{data.attribute}</th>
              <th scope="col">{t.insights.here}</th>
              <th scope="col">{t.insights.others}</th>
            </tr>
          </thead>
          <tbody>
            {data.rows.slice(0, 14).map((one, i) => (
              <tr key={i}>
                <th scope="row">{label(one)}</th>
                <td>
                  <Meter share={one.share} />
                </td>
                <td>
                  <Meter share={one.share_others} other />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function label(one: { value: unknown; low: unknown; high: unknown }): string {
  if (one.low !== null || one.high !== null) return `${plainText(one.low)} – ${plainText(one.high)}`;
  return plainText(one.value) || t.insights.missing;
}

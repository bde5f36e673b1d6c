// Charts over time. Each can be read as a table too.
import { Button } from '@mantine/core';
import { useId, useState } from 'react';
import {
  Area,
  AreaChart,
  Bar,
  BarChart,
  CartesianGrid,
  Legend,
  Line,
  LineChart,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import { useCatalog } from '../api/queries';
import { t } from '../texts';

export type Series = { name: string; points: { at: string; size: number }[] };

const COLORS = ['#dc5a0b', '#418336', '#3f6fb5', '#a5429a', '#b08a00', '#4a8f93'];
const POINTS_MAX = 400;
const HOURS_MS = 36 * 3_600_000;

const axis = {
  stroke: 'var(--line-strong)',
  tick: { fill: 'var(--ink-soft)', fontSize: 12 },
  tickLine: false,
} as const;
const box = {
  contentStyle: { background: 'var(--card)', border: '1px solid var(--line)', borderRadius: 9, fontSize: 13 },
  labelStyle: { color: 'var(--ink-soft)' },
  itemStyle: { color: 'var(--ink)' },
} as const;

function useDays() {
  const { data } = useCatalog();
  const zone = data?.timezone ?? 'UTC';
  const day = new Intl.DateTimeFormat('en-GB', { timeZone: zone, day: 'numeric', month: 'short' });
  const full = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'medium', timeStyle: 'short' });
  const hour = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  const key = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  return {
    day: (at: number) => day.format(at),
    hour: (at: number) => hour.format(at),
    full: (at: number) => full.format(at),
    key: (at: number) => key.format(at),
  };
}

/** Enough points for the eye: the ends and every n-th between. */
function thinned<T>(points: T[]): T[] {
  if (points.length <= POINTS_MAX) return points;
  const step = (points.length - 1) / (POINTS_MAX - 1);
  return Array.from({ length: POINTS_MAX }, (_, i) => points[Math.round(i * step)] as T);
}

export function GrowthChart({ series }: { series: Series[] }) {
  const days = useDays();
  const single = series.length === 1 ? series[0] : undefined;
  const rows = new Map<number, Record<string, number>>();
  for (const one of series)
    for (const point of one.points) {
      const at = Date.parse(point.at);
      rows.set(at, { ...rows.get(at), at, [one.name]: point.size });
    }
  const data = thinned([...rows.values()].sort((a, b) => (a.at ?? 0) - (b.at ?? 0)));
  // A size holds until the next change: each line goes on where another has a point.
  const held = new Map<string, number>();
  for (const point of data)
    for (const one of series) {
      const size = point[one.name] ?? held.get(one.name);
      if (size !== undefined) {
        held.set(one.name, size);
        point[one.name] = size;
      }
    }
  const first = data[0];
  if (data.length === 1 && first) data.push({ ...first, at: (first.at ?? 0) + 1 });
  const table = (
    <DataTable
      head={[t.insights.day, ...series.map((one) => one.name)]}
      rows={[...data]
        .reverse()
        .map((point) => [
          days.full(point.at ?? 0),
          ...series.map((one) => (point[one.name] === undefined ? '' : t.number(point[one.name] ?? 0))),
        ])}
    />
  );
  const isShort = (data.at(-1)?.at ?? 0) - (first?.at ?? 0) < HOURS_MS;
  const gradient = useId();
  const common = (
    <>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="at"
        type="number"
        scale="time"
        domain={['dataMin', 'dataMax']}
        tickFormatter={isShort ? days.hour : days.day}
        minTickGap={50}
        {...axis}
      />
      <YAxis width={52} tickFormatter={t.short} axisLine={false} domain={['auto', 'auto']} {...axis} />
      <Tooltip
        labelFormatter={(at) => days.full(Number(at))}
        formatter={(value) => t.number(Number(value))}
        {...box}
      />
    </>
  );
  return (
    <Chart table={table} empty={data.length === 0} label={t.insights.growth}>
      {single ? (
        <AreaChart data={data} accessibilityLayer={false}>
          <defs>
            <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
              <stop offset="0%" stopColor="#f2711c" stopOpacity={0.34} />
              <stop offset="100%" stopColor="#f2711c" stopOpacity={0.02} />
            </linearGradient>
          </defs>
          {common}
          <Area
            dataKey={(point: Record<string, number>) => point[single.name]}
            name={single.name}
            type="stepAfter"
            stroke="var(--accent-bright)"
            strokeWidth={2}
            fill={`url(#${gradient})`}
            isAnimationActive={false}
          />
        </AreaChart>
      ) : (
        <LineChart data={data} accessibilityLayer={false}>
          {common}
          <Legend wrapperStyle={{ fontSize: 13 }} />
          {series.map((one, i) => (
            <Line
              key={one.name}
              dataKey={(point: Record<string, number>) => point[one.name]}
              name={one.name}
              type="stepAfter"
              dot={false}
              strokeWidth={2}
              stroke={COLORS[i % COLORS.length]}
              isAnimationActive={false}
            />
          ))}
        </LineChart>
      )}
    </Chart>
  );
}

type Moves = { at: string; size: number; entered: number; left: number };

/** Entered and left, by days of the workspace's zone; whoever was in from the first is told beside the drawing. */
export function FlowChart({ points }: { points: Moves[] }) {
  const days = useDays();
  const byDay = new Map<string, { day: string; at: number; entered: number; left: number }>();
  const begun = points[0] && points[0].entered === points[0].size ? points[0] : null;
  for (const one of begun ? points.slice(1) : points) {
    const at = Date.parse(one.at);
    const key = days.key(at);
    const row = byDay.get(key) ?? { day: key, at, entered: 0, left: 0 };
    row.entered += one.entered;
    row.left -= one.left;
    byDay.set(key, row);
  }
  const data = [...byDay.values()].slice(-60);
  const table = (
    <DataTable
      head={[t.insights.day, t.insights.entered, t.insights.left]}
      rows={[...data].reverse().map((one) => [days.day(one.at), t.number(one.entered), t.number(-one.left)])}
    />
  );
  const note = begun && t.insights.begun(t.number(begun.size), days.day(Date.parse(begun.at)));
  return (
    <Chart table={table} empty={data.length === 0} label={t.insights.flow} note={note}>
      <BarChart data={data} stackOffset="sign" accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="at" tickFormatter={days.day} minTickGap={40} {...axis} />
        <YAxis width={52} tickFormatter={(value) => t.short(Math.abs(value))} axisLine={false} {...axis} />
        <Tooltip
          labelFormatter={(at) => days.day(Number(at))}
          formatter={(value) => t.number(Math.abs(Number(value)))}
          cursor={{ fill: 'var(--nav)' }}
          {...box}
        />
        <ReferenceLine y={0} stroke="var(--line-strong)" />
        <Bar
          dataKey="entered"
          name={t.insights.entered}
          stackId="a"
          fill="#559c49"
          maxBarSize={26}
          isAnimationActive={false}
        />
        <Bar
          dataKey="left"
          name={t.insights.left}
          stackId="a"
          fill="#d97a5b"
          maxBarSize={26}
          isAnimationActive={false}
        />
      </BarChart>
    </Chart>
  );
}

function Chart(props: {
  label: string;
  empty: boolean;
  table: React.ReactNode;
  note?: string | null;
  children: React.ReactElement;
}) {
  const [asTable, setAsTable] = useState(false);
  if (props.empty) return <p className="muted">{props.note ?? t.insights.noData}</p>;
  return (
    <>
      {asTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section className="chart-table" tabIndex={0} aria-label={props.label}>
          {props.table}
        </section>
      ) : (
        <div className="chart" role="img" aria-label={`${props.label}. ${t.insights.table}`}>
          <ResponsiveContainer width="100%" height={230}>
            {props.children}
          </ResponsiveContainer>
        </div>
      )}
      <div className="chart-foot">
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAsTable(!asTable)}>
          {asTable ? t.insights.chart : t.insights.table}
        </Button>
        {props.note && <span className="muted small">{props.note}</span>}
      </div>
    </>
  );
}

function DataTable({ head, rows }: { head: string[]; rows: string[][] }) {
  return (
    <table className="bars">
      <thead>
        <tr>
          {head.map((one, i) => (
            <th key={one} scope="col" className={i > 0 ? 'end' : undefined}>
              {one}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, r) => (
          <tr key={r}>
            {row.map((cell, i) => (
              <td key={i} className={i > 0 ? 'end number' : undefined}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

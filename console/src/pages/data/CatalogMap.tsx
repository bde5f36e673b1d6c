// The catalog as a map: other records at the left, audiences in the middle, interactions at the right, in two columns if many.
import { useMantineColorScheme } from '@mantine/core';
import {
  Background,
  Controls,
  type Edge,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { useMemo } from 'react';
import { type CountedCatalog, useCatalog } from '../../api/queries';
import { Failed, Loading } from '../../components/states';
import { t } from '../../texts';
import { Nothing } from './Nothing';

const STEP_X = 330;
const STEP_Y = 84;
const NEXT_X = 260;
const ONE_COLUMN_MAX = 7;
/** Small enough to see much, large enough to read it: what does not fit is dragged into sight. */
const FIT = { minZoom: 0.7, maxZoom: 1.1, padding: 0.06 };

type Place = Node<{ name: string; count: number; entity: boolean }, 'place'>;

const NODE_TYPES = { place: Shown };

export default function CatalogMap() {
  const { data, error, refetch } = useCatalog();
  const { colorScheme } = useMantineColorScheme();
  const graph = useMemo(() => (data ? layout(data) : null), [data]);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!graph) return <Loading rows={8} />;
  if (graph.nodes.length === 0) return <Nothing />;
  return (
    <section className="card data-map" aria-label={t.data.mapLabel}>
      <ReactFlow
        defaultNodes={graph.nodes}
        defaultEdges={graph.edges}
        nodeTypes={NODE_TYPES}
        fitView
        fitViewOptions={FIT}
        minZoom={0.2}
        colorMode={colorScheme === 'auto' ? 'system' : colorScheme}
        nodesConnectable={false}
        edgesFocusable={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={22} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </section>
  );
}

function Shown({ data }: NodeProps<Place>) {
  return (
    <div className={data.entity ? 'map-node map-entity' : 'map-node'}>
      <Handle type="source" id="left" position={Position.Left} isConnectable={false} />
      <Handle type="source" id="right" position={Position.Right} isConnectable={false} />
      <Handle type="target" id="to-left" position={Position.Left} isConnectable={false} />
      <Handle type="target" id="to-right" position={Position.Right} isConnectable={false} />
      <strong>{data.name}</strong>
      <span className="muted number">{t.number(data.count)}</span>
    </div>
  );
}

/** Of one of many in a column, every second stands further out, between its neighbours. */
function placed(column: number, row: number, count: number): { x: number; y: number } {
  if (count <= ONE_COLUMN_MAX) return { x: column * STEP_X, y: (row - count / 2) * STEP_Y };
  const out = column === 0 ? -1 : 1;
  return { x: column * STEP_X + (row % 2) * NEXT_X * out, y: ((row - count / 2) * STEP_Y) / 2 };
}

/** Columns, each centred; arrows leave and arrive on the sides that face each other. */
function layout(catalog: CountedCatalog): { nodes: Place[]; edges: Edge[] } {
  const columns = [
    catalog.entities.filter((one) => !one.audience).map((one) => `entity ${one.name}`),
    catalog.entities.filter((one) => one.audience).map((one) => `entity ${one.name}`),
    catalog.interactions.map((one) => `interaction ${one.name}`),
  ];
  const columnOf = new Map(columns.flatMap((ids, x) => ids.map((id) => [id, x] as const)));
  const nodes = columns.flatMap((ids, x) =>
    ids.map(
      (id, y): Place => ({
        id,
        type: 'place',
        position: placed(x, y, ids.length),
        data: {
          name: id.replace(/^\w+ /, ''),
          count: catalog.counts.get(id) ?? 0,
          entity: id.startsWith('entity'),
        },
      }),
    ),
  );
  const edges: Edge[] = [];
  const link = (source: string, target: string, label: string | undefined) => {
    const [from, to] = [columnOf.get(source) ?? 0, columnOf.get(target) ?? 0];
    edges.push({
      id: `${source} ${label ?? ''} ${target}`,
      source,
      target,
      label,
      sourceHandle: from < to ? 'right' : 'left',
      targetHandle: from > to ? 'to-right' : 'to-left',
      className: label === undefined ? 'map-of' : undefined,
    });
  };
  for (const entity of catalog.entities)
    for (const one of entity.attributes)
      if (one.to) link(`entity ${entity.name}`, `entity ${one.to}`, one.name);
  for (const type of catalog.interactions) {
    link(`interaction ${type.name}`, `entity ${type.audience}`, undefined);
    for (const one of type.attributes)
      if (one.to) link(`interaction ${type.name}`, `entity ${one.to}`, one.name);
  }
  return { nodes, edges };
}
